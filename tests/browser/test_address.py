"""The address holds what is open: a reload, a copied link, Back and Forward bring it back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from tests.browser.visitor import visiting
from tests.browser.waits import answered

TEXT = "I know him."
TREE = "#beam-tree"
SLIDER = "#why-recall input[type=range] >> nth=0"
START = f"?text={TEXT.replace(' ', '+')}&direction=en-de"


@dataclass(frozen=True, kw_only=True)
class Place:
    """Something that a visitor opens: where, how, and what the page then shows of it."""

    tab: str
    held: str  # its name in the address
    act: Callable[[Page], object]
    shown: Callable[[Page], object]
    sight: str = ""  # what has to be in sight before it asks
    entry: bool = True  # whether Back leads to what was before


def _value(selector: str) -> Callable[[Page], str]:
    return lambda page: page.locator(selector).first.input_value()


def _text(selector: str) -> Callable[[Page], str]:
    return lambda page: page.locator(selector).first.inner_text()


def _choose(selector: str, index: int) -> Callable[[Page], object]:
    return lambda page: page.locator(selector).select_option(index=index)


def _press(selector: str) -> Callable[[Page], object]:
    return lambda page: page.locator(selector).first.click()


def _slide(selector: str, value: str) -> Callable[[Page], object]:
    return lambda page: page.locator(selector).first.fill(value)


def _compare(page: Page) -> None:
    page.locator("#two-sentences .second").fill("I know her.")
    page.locator("#two-sentences form button").click()


PLACES = {
    "kind of attention": Place(
        tab="attention",
        held="kind",
        act=_press(".kinds label"),
        shown=lambda page: page.locator(".kinds input:checked").get_attribute("value"),
    ),
    "head": Place(
        tab="attention",
        held="heads",
        act=_press('.map[data-head="L2 H3"]'),
        shown=_text(".attention-heads .figure-title"),
    ),
    "layer": Place(
        tab="attention",
        held="heads",
        act=_choose(".attention-heads .layer", 2),
        shown=_text(".attention-heads .figure-title"),
    ),
    "lines": Place(
        tab="attention",
        held="drawing",
        act=_press(".drawings label:has([value=lines])"),
        shown=lambda page: page.locator(".attention-lines .plane").is_visible(),
    ),
    "search": Place(
        tab="translate",
        held="tree",
        act=_press("#beam-tree summary"),
        shown=lambda page: page.locator("#beam-tree .tree").is_visible(),
        sight="#beam-tree",
    ),
    "beam size": Place(
        tab="translate", held="tree", act=_slide(f"{TREE} .beam-size", "6"), shown=_text(f"{TREE} .title"), sight=TREE
    ),
    "length penalty": Place(
        tab="translate", held="tree", act=_slide(f"{TREE} .alpha", "1.2"), shown=_text(f"{TREE} .title"), sight=TREE
    ),
    "search that goes on": Place(
        tab="translate", held="tree", act=_press(f"{TREE} .goes-on"), shown=_text(f"{TREE} .title"), sight=TREE
    ),
    "step of the search": Place(
        tab="translate", held="tree", act=_slide(f"{TREE} .up-to", "3"), shown=_text(f"{TREE} .up-to-name"), sight=TREE
    ),
    "moment of the training": Place(
        tab="learning", held="moment", act=_slide("#learning-film .moment", "3"), shown=_text("#learning-film .now")
    ),
    "sentence of the training": Place(
        tab="learning",
        held="film",
        act=_choose("#learning-heads .sentence", 1),
        shown=lambda page: page.locator("#learning-heads .sentence").input_value(),
    ),
    "kind of attention in the training": Place(
        tab="learning",
        held="film",
        act=_choose("#learning-heads .kind", 2),
        shown=lambda page: page.locator("#learning-heads .kind").input_value(),
    ),
    "head in the training": Place(
        tab="learning",
        held="film",
        act=lambda page: page.locator("#learning-heads .heads button").nth(5).click(),
        shown=_text("#learning-heads .head-name"),
    ),
    "stage": Place(
        tab="inside",
        held="stage",
        act=_press("#inside-stage .after"),
        shown=_text("#inside-stage .where"),
    ),
    "cell": Place(
        tab="inside", held="cell", act=_choose("#inside-cell .head", 2), shown=_text("#inside-cell .weights")
    ),
    "step": Place(
        tab="next_token", held="step", act=_press("#next-token-steps .forward"), shown=_text("#next-token-bars .title")
    ),
    "rival": Place(
        tab="next_token",
        held="rival",
        act=lambda page: page.locator("#next-token-bars td.rival button").nth(1).click(),
        shown=_text("#why-not .title"),
        sight="#why-not",
    ),
    "sampling": Place(
        tab="next_token",
        held="temperature",
        act=_slide("#next-token-bars .temperature", "1.5"),
        shown=_text("#next-token-bars .sampling-fact"),
        entry=False,
    ),
    "second sentence": Place(
        tab="what-if", held="pair", act=_compare, shown=_text("#two-sentences .question"), sight="#two-sentences"
    ),
    "switch": Place(
        tab="what-if",
        held="switch",
        act=_press("#inside-switches [data-name=residual]"),
        shown=_text("#inside-switches dt.off"),
        sight="#inside-switches",
    ),
    "experiment": Place(
        tab="why",
        held="experiment",
        act=_press("#why-recall > button"),
        shown=lambda page: page.locator("#why-recall .why-run").is_visible(),
        entry=False,
    ),
    "settings of the experiment": Place(
        tab="why",
        held="experiment",
        act=lambda page: page.locator(SLIDER).press("ArrowRight"),
        shown=_value(SLIDER),
        entry=False,
    ),
}  # fmt: skip


@pytest.fixture
def visitor(browser, app_url) -> Iterator[Page]:
    """One page that all states share, on a short sentence."""
    with visiting(browser, app_url + START) as page:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        _arrived(page)
        yield page


def _arrived(page: Page) -> None:
    expect(page.locator("#text textarea")).to_have_value(TEXT, timeout=20_000)
    expect(page.locator(".translation .text")).not_to_be_empty(timeout=20_000)
    answered(page)


def _open(page: Page, tab: str, sight: str = "") -> None:
    button = page.locator(f"#tabs [role=tab][data-tab-id={tab}]")
    if button.get_attribute("aria-selected") != "true":
        button.click()
        expect(button).to_have_attribute("aria-selected", "true")
        first = tab == "translate"  # which the address need not name
        page.wait_for_url(lambda url: f"tab={tab}" in url or (first and "tab=" not in url))
    answered(page)
    if sight:
        page.locator(sight).scroll_into_view_if_needed()
        page.wait_for_timeout(100)  # it asks once it is seen
        answered(page)


def _names(page: Page) -> set[str]:
    return set(page.evaluate("[...new URLSearchParams(location.search).keys()]"))


def _shows(page: Page, name: str, what: object) -> None:
    """Waits until the page shows that of a state."""
    found = None
    for _ in range(300):
        answered(page)
        if (found := PLACES[name].shown(page)) == what:
            return
        page.wait_for_timeout(100)
    assert found == what, name


def test_what_is_open_survives_back_a_reload_and_a_copied_link(visitor):
    page = visitor
    for name, place in PLACES.items():
        _open(page, place.tab, place.sight)
        before = place.shown(page)
        place.act(page)
        page.wait_for_function("name => new URLSearchParams(location.search).has(name)", arg=place.held)
        answered(page)
        opened = place.shown(page)
        assert opened != before, name
        if place.entry:
            page.go_back()
            _shows(page, name, before)
            page.go_forward()
            _shows(page, name, opened)

    opened = {}
    for name, place in PLACES.items():
        _open(page, place.tab, place.sight)
        opened[name] = place.shown(page)
    held = {place.held for place in PLACES.values()} | {"text", "direction", "tab"}
    assert held <= _names(page)
    page.locator("#page-link .copy").click()
    expect(page.locator("#page-link .status")).to_have_text("Copied.")
    link = page.evaluate("navigator.clipboard.readText()")
    assert link == page.url

    for return_to in (page.reload, lambda: (page.goto("about:blank"), page.goto(link))):
        return_to()
        _arrived(page)
        for name, place in PLACES.items():
            _open(page, place.tab, place.sight)
            _shows(page, name, opened[name])
        expect(page.locator("#page-link .status")).to_be_empty()
        assert held <= _names(page)


def test_back_leads_to_the_sentence_before_and_its_tab(browser, app_url):
    with visiting(browser, app_url) as page:
        first = page.locator("#text textarea").input_value()
        answered(page)
        _open(page, "attention")
        box = page.locator("#text textarea")
        box.fill(TEXT)
        box.press("Enter")
        page.wait_for_url("**text=I+know+him**")
        answered(page)
        page.go_back()
        expect(box).to_have_value(first)
        answered(page)
        expect(page.locator("#tabs [data-tab-id=attention]")).to_have_attribute("aria-selected", "true")
        page.go_back()
        expect(page.locator("#tabs [data-tab-id=translate]")).to_have_attribute("aria-selected", "true")
        assert page.url.startswith(app_url)


def test_a_link_to_a_tab_needs_no_text(browser, app_url):
    with visiting(browser, f"{app_url}?tab=attention") as page:
        expect(page.locator("#tabs [data-tab-id=attention]")).to_have_attribute("aria-selected", "true")
        expect(page.locator("#page-link .status")).to_be_empty()


@pytest.mark.parametrize(
    ("query", "called", "state", "held"),
    [
        ("tab=attention&kind=sideways", "kind of attention", PLACES["kind of attention"], None),
        ("tab=attention&heads=L99H99", "head", PLACES["head"], r"L\d+H\d+"),
        ("tab=attention&heads=<img src=x>", "head", PLACES["head"], None),
        ("tab=inside&stage=encoder.99.cross_attn.norm", "stage", PLACES["stage"], r"encoder\.\d+\.\w+\.\w+"),
        ("tab=next_token&step=99", "step", PLACES["step"], r"\d"),
        ("tab=what-if&switch=everything", "switch", PLACES["switch"], None),
        ("tab=why&experiment=perpetuum-mobile", "experiment", PLACES["experiment"], None),
        ("tab=translate&tree=99-9", "search", PLACES["beam size"], r"8-2(-\d+)?"),
        ("tab=translate&tree=4-0.6-999", "search", PLACES["step of the search"], r"4-0\.6-\d"),
        ("tab=learning&moment=999", "moment", PLACES["moment of the training"], None),
        ("tab=learning&film=99.cross.99.99", "head", PLACES["head in the training"], r"\d\.cross\.\d\.\d"),
        ("tour=99", "card", None, r"\d+"),
        ("tab=cellar", "tab", None, None),
    ],
)  # fmt: skip
def test_what_a_link_names_and_nobody_has_is_the_nearest_with_a_word(browser, app_url, query, called, state, held):
    with visiting(browser, f"{app_url}{START}&{query}") as page:
        status = page.locator("#page-link .status")
        for _ in range(200):
            if state and state.sight:  # again and again: what loads above it may push it out of sight
                page.locator(state.sight).scroll_into_view_if_needed(timeout=20_000)
            if status.inner_text():
                break
            page.wait_for_timeout(100)
        expect(status).to_have_text(f"The {called} in this link is not to be found here; the nearest one is open.")
        answered(page)
        name = query.split("&")[-1].split("=")[0]
        found = page.evaluate("name => new URLSearchParams(location.search).get(name)", name)
        assert found is None if held is None else re.fullmatch(held, found)
        if state:
            assert state.shown(page) is not None


def test_a_link_sets_an_experiment_on_a_slow_machine_too(browser, app_url):
    with visiting(browser, f"{app_url}{START}&tab=why&experiment=recall.220") as page:
        slow = page.context.new_cdp_session(page)
        slow.send("Emulation.setCPUThrottlingRate", {"rate": 8})
        expect(page.locator(SLIDER)).to_have_value("220", timeout=60_000)
        expect(page.locator("#why-recall .why-run")).to_be_visible()
        expect(page.locator("#why-recall input[type=number]").first).to_have_value("220")


def test_what_a_visitor_sets_stands_though_a_link_had_set_it(browser, app_url):
    with visiting(browser, f"{app_url}{START}&tab=why&experiment=recall.220") as page:
        slider = page.locator(SLIDER)
        expect(slider).to_have_value("220")
        slider.press("ArrowRight")
        page.wait_for_timeout(1_500)  # longer than the page looks after what a link has set
        expect(slider).to_have_value("230")
