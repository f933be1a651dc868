"""The bar above the tabs offers what its model can do, from the first paint on."""

import gradio as gr
import pytest

from explain.runner import Runner
from tests.conftest import tiny_translator
from tests.explain.others import open_other
from ui.models import Models
from ui.page import _Page, first_run
from ui.request import Request
from ui.sentence_bar import SentenceBar, sentence_bar


class OneWay(Runner):
    """A model like opus-mt-en-de, which knows no way back."""

    directions = ("en-de",)


@pytest.fixture(scope="module")
def runners(tmp_path_factory) -> dict[str, Runner]:
    folder = tmp_path_factory.mktemp("hub")
    return {
        "both ways": Runner(tiny_translator(max_positions=251)),
        "one way": OneWay(tiny_translator(max_positions=251)),
        "continues": open_other("gpt2", folder / "gpt2").runner,
    }


def bar_of(runner: Runner) -> SentenceBar:
    with gr.Blocks(analytics_enabled=False):
        return sentence_bar(runner, first_run(runner))


@pytest.mark.parametrize(
    ("kind", "button", "swaps"),
    [("both ways", "Translate", True), ("one way", "Translate", False), ("continues", "Continue", False)],
)
def test_the_bar_is_drawn_as_its_model_is_and_so_is_the_next_models(runners, kind, button, swaps):
    runner = runners[kind]
    drawn = bar_of(runner)
    assert (drawn.go.value, drawn.swap.interactive) == (button, swaps)
    other = bar_of(runners["both ways"])
    values = other.values(runner, first_run(runner))
    assert (values[other.go].value, values[other.swap].interactive) == (button, swaps)


@pytest.mark.parametrize("kind", ["one way", "continues"])
def test_a_swap_without_a_way_back_is_refused(runners, kind):
    runner = runners[kind]
    with gr.Blocks(analytics_enabled=False):
        page = _Page(Models([runner]), "")
    run = first_run(runner)
    with pytest.raises(gr.Error, match="swap: expected a model that knows the way back; found one with"):
        page.swap_sides(run.text, run.settings.direction, Request.of(run).to_browser())
