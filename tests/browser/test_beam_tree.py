"""The search as a tree, on the Translate tab: what a visitor sees, walks, sets and forces."""

import json

import pytest
from playwright.sync_api import Page, Position, Request, expect

from explain.beam_tree import beam_tree
from explain.run import Settings
from tests.browser.accessibility import assert_accessible
from tests.browser.conftest import FIRST_TRANSLATION
from tests.browser.figures import numbers, rounded
from tests.browser.visitor import visiting
from tests.browser.waits import answered
from tests.browser.watching import seen, watch
from ui.beam_tree import search_tree

ROOT = "#beam-tree"
PATIENCE = 60_000  # ms, on a machine that does much else
CORNER: Position = {"x": 3, "y": 4}  # of a box, beside its words
LONG = (
    "Yesterday my brother and I went to the market to buy some bread, because our mother was ill and could not leave "
    "the house, and when we came back she had already made the soup and was sleeping on the sofa."
)


def open_tree(page: Page) -> None:
    if not page.locator(f"{ROOT} details[open]").count():
        page.locator(f"{ROOT} summary").click()
    expect(page.locator(f"{ROOT} .tree rect[data-node]").first).to_be_visible(timeout=PATIENCE)
    answered(page)


@pytest.fixture
def page(visitor) -> Page:
    """The tree of the first example, as the page searched."""
    open_tree(visitor)
    if visitor.locator(f"{ROOT} .own").is_visible():
        visitor.locator(f"{ROOT} .own").click()
    visitor.locator(f"{ROOT} .goes-on").uncheck()
    answered(visitor)
    return visitor


@pytest.fixture(scope="module")
def tree(run):
    return beam_tree(run)


def details(page):
    return page.locator(f"{ROOT} .figure-details")


def about(tree, node):
    """The numbers that the line tells of a node, apart from those in its words."""
    found = tree.nodes[node]
    return [rounded(value) for value in (found.total, tree.penalties[found.step], found.score)]


def test_folded_it_asks_nothing_and_opened_it_shows_every_beginning(browser, app_url, tree):
    asked: list[Request] = []

    def hear(request: Request) -> None:
        if "search_tree" in (request.post_data or ""):
            asked.append(request)

    with visiting(browser, app_url) as page:
        page.on("request", hear)
        page.locator(f"{ROOT} summary").scroll_into_view_if_needed()
        answered(page)
        assert not asked
        open_tree(page)
        assert len(asked) == 1
        expect(page.locator(f"{ROOT} .tree rect[data-node]")).to_have_count(len(tree.nodes))
        looks = {"alive": [], "pruned": [], "ended": []}
        for node in tree.nodes:
            box = page.locator(f"{ROOT} .tree rect[data-node='{node.id}']")
            looks[node.state].append((box.get_attribute("stroke-dasharray"), box.get_attribute("stroke-width")))
        assert [set(look) for look in looks.values()] == [{(None, "1")}, {("2 3", "1")}, {(None, "3")}]


def test_the_list_under_it_is_the_one_above_it(page, run):
    found = page.locator(f"{ROOT} .found li").all_inner_texts()
    assert [numbers(text)[0] for text in found] == [rounded(each.score) for each in run.translations]
    for text, each in zip(found, run.translations, strict=True):
        assert text.endswith(each.text)
    expect(page.locator(f"{ROOT} .says p")).to_have_text(search_tree(run)["words"])


@pytest.mark.parametrize("state", ["alive", "pruned", "ended"])
def test_a_nodes_numbers_appear_under_the_pointer(page, tree, state):
    node = next(node for node in tree.nodes if node.state == state)
    page.locator(f"{ROOT} .tree rect[data-node='{node.id}']").hover(position=CORNER)
    rank = [each.id for each in tree.nodes if each.step == node.step].index(node.id) + 1
    expect(details(page)).to_contain_text(f"step {node.step + 1}, rank {rank} of")
    expect(details(page)).to_contain_text({"alive": "lived", "pruned": "pruned", "ended": "ended"}[state])
    told = details(page).inner_text().split("log-probability")[1]
    assert numbers(told)[0] == rounded(node.log_prob)
    assert numbers(told)[-3:] == about(tree, node.id)


def test_the_keys_go_along_the_edges_and_over_the_ranks(page, tree):
    drawing = page.locator(f"{ROOT} .tree")
    drawing.focus()
    drawing.press("Home")
    for _ in range(20):
        drawing.press("ArrowUp")
    expect(details(page)).to_contain_text("step 1, rank 1 of")
    drawing.press("ArrowRight")
    child = next(node for node in tree.nodes if node.parent == 0)
    assert numbers(details(page).inner_text())[-3:] == about(tree, child.id)
    drawing.press("ArrowDown")
    expect(details(page)).to_contain_text("step 2, rank 2 of")
    second = [node for node in tree.nodes if node.step == 1][1]
    drawing.press("ArrowLeft")
    assert second.parent is not None
    assert numbers(details(page).inner_text())[-3:] == about(tree, second.parent)


def test_the_slider_goes_through_the_steps(page, tree):
    page.locator(f"{ROOT} .up-to").fill("3")
    expect(page.locator(f"{ROOT} .tree rect[data-node]")).to_have_count(sum(node.step < 3 for node in tree.nodes))
    expect(details(page)).to_contain_text("step 3, rank 1 of")
    page.locator(f"{ROOT} .up-to").press("ArrowRight")
    expect(page.locator(f"{ROOT} .tree rect[data-node]")).to_have_count(sum(node.step < 4 for node in tree.nodes))


def test_another_beam_size_and_penalty_are_searched_at_once_and_the_page_stays(page, run):
    page.locator(f"{ROOT} .beam-size").fill("8")
    page.locator(f"{ROOT} .alpha").fill("1.4")
    page.locator(f"{ROOT} .goes-on").check()
    shown = search_tree(run, 8, 1.4, True)
    expect(page.locator(f"{ROOT} .title")).to_contain_text("Beam size 8, length penalty 1.4", timeout=PATIENCE)
    expect(page.locator(f"{ROOT} .title")).to_contain_text("kept going", timeout=PATIENCE)
    answered(page)
    assert numbers(page.locator(f"{ROOT} .title").inner_text())[-1] == len(shown["tokens"])
    expect(page.locator(f"{ROOT} .says p")).to_have_text(shown["words"])
    expect(page.locator(FIRST_TRANSLATION)).to_have_text(run.translation.text)
    page.locator(f"{ROOT} .own").click()
    expect(page.locator(f"{ROOT} .title")).to_contain_text("Beam size 4, length penalty 0.6", timeout=PATIENCE)
    expect(page.locator(f"{ROOT} .own")).to_be_hidden()


def test_the_tree_belongs_to_its_beam_size(page, run, slow_then_quick):
    slow_then_quick()
    watch(page, [f"{ROOT} .beam-size"], f"{ROOT} .title")
    for beam_size in ("1", "2", "3", "5", "8"):
        page.locator(f"{ROOT} .beam-size").fill(beam_size)
    states = seen(page)
    for [beam_size], title in states:
        found = search_tree(run, int(beam_size))
        assert numbers(title) == [int(beam_size), run.settings.alpha, len(found["penalties"]), len(found["tokens"])]
    assert states[-1][0] == ["8"]


def test_the_tree_and_its_numbers_can_be_saved(page, run):
    with page.expect_download() as download:
        page.locator(f"{ROOT} .save-json").click()
    assert json.loads(download.value.path().read_text()) == json.loads(json.dumps(search_tree(run)))
    with page.expect_download() as download:
        page.locator(f"{ROOT} .save-svg").click()
    saved = download.value.path().read_text()
    assert "Beam size 4" in saved and saved.count("data-node") == len(search_tree(run)["tokens"])


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_accessible(page, scheme):
    page.emulate_media(color_scheme=scheme)
    assert_accessible(page, ROOT)


def test_a_click_forces_the_beginning_in_next_token(browser, app_url, runner, run, tree):
    node = next(node for node in tree.nodes if node.state == "pruned" and node.step == 2)
    behind = len(beam_tree(runner.run(run.text, run.settings, prefix=tree.ids(node.id))).nodes)
    assert behind != len(tree.nodes)
    with visiting(browser, app_url) as page:
        open_tree(page)
        page.locator(f"{ROOT} .tree rect[data-node='{node.id}']").click(position=CORNER)
        page.wait_for_url(f"**prefix={'.'.join(map(str, tree.ids(node.id)))}*", timeout=PATIENCE)
        expect(page.get_by_role("tab", name="Next token", exact=True)).to_have_attribute("aria-selected", "true")
        expect(page.locator("#next-token-steps .sequence .given")).to_have_count(3, timeout=PATIENCE)
        page.get_by_role("tab", name="Translate", exact=True).click()
        expect(page.locator(f"{ROOT} .tree rect[data-node]")).to_have_count(behind, timeout=PATIENCE)
        page.locator(f"{ROOT} .up-to").press("Home")
        expect(details(page)).to_contain_text("step 4, rank 1 of", timeout=PATIENCE)


def test_on_a_phone_a_tap_shows_the_numbers_and_a_button_forces(browser, app_url, tree):
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    try:
        page = context.new_page()
        page.goto(app_url)
        page.wait_for_selector(FIRST_TRANSLATION)
        page.locator(f"{ROOT} summary").tap()
        expect(page.locator(f"{ROOT} .hint")).to_contain_text("scroll the tree sideways", timeout=PATIENCE)
        page.locator(f"{ROOT} .tree rect[data-node='1']").tap(position=CORNER)
        expect(details(page)).to_contain_text("step 1, rank 2 of")
        page.wait_for_timeout(500)
        assert "prefix=&" in page.url  # nothing is forced
        page.locator(f"{ROOT} .force").tap()
        page.wait_for_url(f"**prefix={tree.nodes[1].token.id}*", timeout=PATIENCE)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    finally:
        context.close()


def test_a_long_search_is_folded_and_scrolls_in_its_own_frame(browser, app_url, runner):
    settings = Settings(direction="en-de", beam_size=3, n_best=3)
    shown = search_tree(runner.run(LONG, settings))
    n_steps, n_common = len(shown["penalties"]), shown["n_common"]
    assert n_steps > 24 and n_common >= 3, "expected a long search with a common beginning: take another sentence"
    with visiting(browser, f"{app_url}?text={LONG}&direction=en-de&beam_size=3&n_best=3") as page:
        page.wait_for_url("**beam_size=3*")
        expect(page.locator(FIRST_TRANSLATION)).to_have_text(shown["best"][0]["text"], timeout=PATIENCE)
        open_tree(page)
        boxes = page.locator(f"{ROOT} .tree rect[data-node]")
        later = sum(step >= n_common for step in shown["nodes"]["step"])
        expect(boxes).to_have_count(later, timeout=PATIENCE)
        expect(page.locator(f"{ROOT} .fold")).to_contain_text(f"the first {n_common} steps")
        page.locator(f"{ROOT} .all").check()
        expect(boxes).to_have_count(len(shown["tokens"]))
        expect(page.locator(f"{ROOT} .hint")).to_contain_text(f"of {n_steps} are in sight")
        frame = page.locator(f"{ROOT} .figure-scroll")
        frame.evaluate("frame => { frame.scrollLeft = frame.scrollWidth; }")
        expect(page.locator(f"{ROOT} .hint")).to_contain_text(f"to {n_steps} of {n_steps} are in sight")
        assert page.evaluate("document.documentElement.scrollWidth") <= 1280
