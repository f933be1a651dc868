"""What a visitor does with the effects of the Attention tab: each number is the one that the model was run for."""

import csv
import json

import numpy as np
import pytest
from playwright.sync_api import expect

from explain.attention import attention_maps, head_statistics
from explain.effects import effects, text_without
from explain.kinds import KINDS
from tests.browser.accessibility import assert_accessible
from tests.browser.attention_tab import saved, switch
from tests.browser.figures import numbers, rounded, shown
from tests.browser.visitor import visiting
from tests.browser.waits import answered

ROOT, SCATTER, DETAILS = "#attention-scatter", "#attention-scatter .scatter", "#attention-scatter .figure-details"
WITHOUT = f"{ROOT} .without"


@pytest.fixture(scope="module")
def tab(browser, app_url):
    """One visitor who stays in the tab from test to test; a script error fails the last of them."""
    with visiting(browser, app_url, console_errors=True) as page:
        page.set_default_timeout(20_000)
        page.get_by_role("tab", name="Attention", exact=True).click()
        page.locator(".map .effect b").first.wait_for()
        yield page


@pytest.fixture
def fresh(tab):
    """The tab with its controls as at the start."""
    choose(tab, "zero", 0)
    tab.locator(".attention-grid .order").select_option("layers")
    switch(tab, "cross")
    tab.locator('.map[data-head="L1 H1"]').click()
    answered(tab)
    return tab


@pytest.fixture(scope="module")
def found(run, runner):
    assert runner.head_means is not None  # of the bundled weights
    return effects(run, runner.head_means)


def choose(tab, baseline: str, step: int) -> None:
    """Which figure stands under the maps; step 0 is the whole translation."""
    tab.locator(f".baselines label:has(input[value={baseline}])").click()
    tab.locator(".attention-effects .step").select_option(str(step))


def of_kind(found, values: np.ndarray, kind: str) -> np.ndarray:
    return np.array(
        [value for part, value in zip(found.parts, values, strict=False) if part.name == "head" and part.kind == kind]
    )


def under_maps(tab) -> list[str]:
    return tab.locator(".map .effect b").all_inner_texts()


@pytest.mark.parametrize("baseline", ["zero", "mean"])
def test_under_each_map_stands_the_effect_of_its_head(fresh, found, runner, baseline):
    by_step = getattr(found, baseline)
    for step, values in ((0, found.total(by_step)), (3, by_step[:, 2])):
        choose(fresh, baseline, step)
        for kind in KINDS:
            switch(fresh, kind)
            assert under_maps(fresh) == [shown(np.float32(v) if step else v) for v in of_kind(found, values, kind)]
    averaged = f"over {runner.head_means.n_sentences} sentences" in fresh.locator(".baseline-note").inner_text()
    assert averaged == (baseline == "mean")


def test_the_grid_sorts_by_effect_and_back_into_the_papers_order(fresh, found):
    switch(fresh, "encoder")
    values = of_kind(found, found.total(found.zero), "encoder")
    fresh.locator(".attention-grid .order").select_option("loss")
    assert under_maps(fresh) == [shown(value) for value in np.sort(values)]
    choose(fresh, "mean", 0)  # sorts anew
    assert under_maps(fresh) == [shown(value) for value in np.sort(of_kind(found, found.total(found.mean), "encoder"))]
    fresh.locator(".attention-grid .order").select_option("layers")
    names = fresh.locator(".map").evaluate_all("maps => maps.map(map => map.dataset.head)")
    assert names == sorted(names)


def sharpest_first(run, found) -> list[int]:
    """The heads as the arrow keys walk over them: their numbers among the parts."""
    entropies = np.concatenate([head_statistics(attention_maps(run, kind)).entropy_bits.flatten() for kind in KINDS])
    return np.argsort(entropies, kind="stable").tolist()


def test_the_keyboard_walks_over_the_scatter_and_opens_a_head_of_another_kind(fresh, run, found, runner):
    order = sharpest_first(run, found)
    fresh.locator(SCATTER).focus()
    fresh.keyboard.press("Home")
    fresh.keyboard.press("ArrowRight")
    first = next(i for i, part in enumerate(order) if i and found.parts[part].kind == "encoder")
    for _ in range(first - 1):
        fresh.keyboard.press("ArrowRight")
    part = found.parts[order[first]]
    effect = found.total(found.zero)[order[first]]
    words = fresh.locator(DETAILS).inner_text()
    assert words.startswith(f"L{part.layer + 1} H{part.head + 1} of the encoder self-attention: entropy")
    assert numbers(words.split("entropy")[1])[:2] == [rounded(found.entropy_bits[order[first]]), rounded(effect)]
    fresh.keyboard.press("Enter")
    title = fresh.locator(".attention-heads .figure-title")
    expect(title).to_have_text(f"Encoder self-attention, L{part.layer + 1} H{part.head + 1}")
    expect(fresh.locator('.map[aria-pressed="true"]')).to_have_attribute(
        "data-head", f"L{part.layer + 1} H{part.head + 1}"
    )
    expect(fresh.locator(WITHOUT)).to_have_text(text_without(run, part))
    assert fresh.locator(f"{ROOT} .whole").inner_text() == run.translation.text
    assert fresh.locator(f"{ROOT} .same").is_visible() == (text_without(run, part) == run.translation.text)


# Where the lowest mark of the scatter stands on the screen; each mark's path begins with a move to it.
LOWEST = """drawing => {
    const { left, top } = drawing.getBoundingClientRect();
    const marks = [...drawing.querySelectorAll(":scope > svg path")].map((path) => path.getAttribute("d")).join(" ");
    const moves = [...marks.matchAll(/M([\\d.]+) ([\\d.]+)/g)].map(([, x, y]) => [left + Number(x), top + Number(y)]);
    return moves.reduce((one, other) => (other[1] > one[1] ? other : one));
}"""


def test_a_click_opens_the_head_and_shows_the_text_with_each_baseline(fresh, run, found, runner):
    heads = [i for i, part in enumerate(found.parts) if part.name == "head" and part.kind == "cross"]
    part = found.parts[min(heads, key=lambda i: found.total(found.zero)[i])]  # stands alone, far below
    switch(fresh, "decoder")
    fresh.locator(SCATTER).scroll_into_view_if_needed()
    x, y = fresh.locator(SCATTER).evaluate(LOWEST)
    fresh.mouse.move(x, y)
    assert fresh.locator(DETAILS).inner_text().startswith(f"L{part.layer + 1} H{part.head + 1} of the cross-attention")
    fresh.mouse.click(x, y)
    expect(fresh.locator(".attention-heads .figure-title")).to_have_text(
        f"Cross-attention, L{part.layer + 1} H{part.head + 1}"
    )
    expect(fresh.locator(WITHOUT)).to_have_text(text_without(run, part))
    assert "silenced" in fresh.locator(f"{ROOT} .off").inner_text()
    fresh.evaluate("scrollTo(0, 0)")
    expect(fresh.locator(f"{ROOT} .answer")).not_to_be_in_viewport()
    choose(fresh, "mean", 0)  # asks anew, although the text is out of sight
    expect(fresh.locator(f"{ROOT} .off")).to_contain_text("giving its average")
    assert fresh.locator(WITHOUT).inner_text() == text_without(run, part, runner.head_means)
    other = "L1 H2" if (part.layer, part.head) != (0, 1) else "L1 H1"
    fresh.locator(f'.map[data-head="{other}"]').click()  # the text goes until it is asked for
    expect(fresh.locator(WITHOUT)).to_be_hidden()
    fresh.locator(f"{ROOT} .ask-text").click()
    expect(fresh.locator(f"{ROOT} .texts-title")).to_contain_text(f"{other} of the cross-attention")
    expect(fresh.locator(WITHOUT)).to_be_visible()


def test_larger_parts_show_their_effect_and_the_text_without_them(fresh, run, found):
    cells = fresh.locator(f"{ROOT} td button, {ROOT} .cross button").all_inner_texts()
    others = {
        part: shown(value)
        for part, value in zip(found.parts, found.total(found.zero), strict=True)
        if part.name != "head"
    }
    assert sorted(cells) == sorted(others.values())
    for part in others:
        if (part.name, part.kind, part.layer) in {("layer", "decoder", 2), ("cross_attention", "cross", 0)}:
            fresh.locator(f"{ROOT} button", has_text=others[part]).first.press("Enter")
            expect(fresh.locator(WITHOUT)).to_have_text(text_without(run, part) or "(nothing: it ends at once)")
            assert fresh.locator(WITHOUT).inner_text() != run.translation.text


def test_effects_are_saved(fresh, found):
    with saved(fresh, "CSV", ROOT).open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [float(row["effect_zero"]) for row in rows] == pytest.approx(found.total(found.zero).tolist())
    assert [float(row["effect_mean"]) for row in rows if row["effect_mean"]] == pytest.approx(
        found.total(found.mean).tolist()
    )
    answer = json.loads(saved(fresh, "JSON", ROOT).read_text())
    assert np.allclose(answer["zero"]["by_step"], found.zero, atol=1e-6)
    assert "<svg" in saved(fresh, "SVG", ROOT).read_text()


def test_nothing_calls_attention_a_reason_or_a_head_by_a_name(fresh):
    words = fresh.locator("[role=tabpanel]:visible").inner_text().lower()
    assert "never trained on" in words
    assert not [each for each in ("because", "explain", "why", "syntax", "important") if each in words]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_effects_are_accessible(fresh, scheme):
    fresh.evaluate("dark => document.body.classList.toggle('dark', dark)", scheme == "dark")
    assert_accessible(fresh, "#attention", ROOT)
    fresh.evaluate("document.body.classList.remove('dark')")


def test_a_finger_opens_a_head_and_asks_for_its_text(browser, app_url, run, found):
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    try:
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.goto(app_url)
        page.get_by_role("tab", name="Attention", exact=True).tap()
        page.locator(".map .effect b").first.wait_for()
        page.locator('.map[data-head="L3 H1"]').tap()
        page.locator(f"{ROOT} .ask-text").tap()
        part = next(p for p in found.parts if (p.name, p.kind, p.layer, p.head) == ("head", "cross", 2, 0))
        expect(page.locator(WITHOUT)).to_have_text(text_without(run, part))
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    finally:
        context.close()
