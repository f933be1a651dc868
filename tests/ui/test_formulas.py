"""LaTeX becomes MathML: well-formed, complete, and the text around it stays text."""

import re
from xml.etree import ElementTree

import pytest

from ui.formulas import markdown, mathml, typeset
from ui.stages import STAGES
from ui.tabs.why import EXPERIMENTS

MATHML = "{http://www.w3.org/1998/Math/MathML}"


def tags(formula: str) -> list[str]:
    return [element.tag.removeprefix(MATHML) for element in ElementTree.fromstring(formula).iter()]


def test_a_formula_is_a_tree_of_mathml():
    found = ElementTree.fromstring(mathml(r"\frac{QK^T}{\sqrt{d_k}}"))
    assert (found.tag, found.get("display")) == (f"{MATHML}math", "inline")
    assert {"mfrac", "msup", "msqrt", "msub"} <= set(tags(mathml(r"\frac{QK^T}{\sqrt{d_k}}")))
    assert "".join(found.itertext()) == "QKTdk"
    assert ElementTree.fromstring(mathml("x", display=True)).get("display") == "block"


@pytest.mark.parametrize("name", STAGES)
def test_no_command_of_a_stages_formula_is_left_over(name):
    formula = mathml(STAGES[name].formula, display=True)
    letters = "".join(ElementTree.fromstring(formula).itertext())
    assert letters and not set(letters) & set("\\{}&$")


@pytest.mark.parametrize("shown", EXPERIMENTS, ids=lambda shown: shown.id)
def test_no_formula_of_a_claim_is_left_over(shown):
    found = markdown(shown.claim)
    assert "$" not in found
    formulas = re.findall("<math.*?</math>", found, flags=re.DOTALL)
    assert len(formulas) == len(re.findall(r"\$\$.+?\$\$|\$.+?\$", shown.claim, flags=re.DOTALL))
    for formula in formulas:
        assert not set("".join(ElementTree.fromstring(formula).itertext())) & set("\\{}&$")


def test_texts_and_formulas_stand_in_their_order():
    assert typeset("no formula") == ("no formula",)
    assert typeset("of $d_k$ = 64") == ("of ", {"math": mathml("d_k")}, " = 64")
    assert typeset("$W^Q$, $W^K$") == ({"math": mathml("W^Q")}, ", ", {"math": mathml("W^K")})


def test_markdown_keeps_its_words_and_sets_large_formulas_apart():
    found = markdown("so $n$ **grows**:\n\n$$n^2$$\n\nend")
    assert found == f"so {mathml('n')} **grows**:\n\n{mathml('n^2', display=True)}\n\nend"
