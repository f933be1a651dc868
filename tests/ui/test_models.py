"""Which models a visitor can open: those bundled, and what the operator allows, a few at a time."""

import threading

import pytest

from explain.run import Settings
from explain.runner import Runner
from model.translator import Translator
from tests.conftest import tiny_translator
from ui.launch import MAX_THREADS
from ui.models import Models
from ui.page import build_page
from ui.request import Request


@pytest.fixture(scope="module")
def translator() -> Translator:
    return tiny_translator()


@pytest.fixture
def loads() -> list[str]:
    """The names that the Hub was asked for."""
    return []


@pytest.fixture
def models(translator, loads) -> Models:
    def load(name, progress):
        loads.append(name)
        if name == "org/broken":
            raise ValueError("org/broken: expected weights; found none")
        progress(1, 2)
        return Runner(translator, name)

    return Models([Runner(translator, "own")], ["org/*", "other/one"], load, capacity=2)


def ignore(done, total):
    pass


def test_the_page_opens_with_the_first_bundled_model(models):
    assert models.default.name == "own"
    assert models.runner("own") is models.default


def test_an_allowed_repository_is_loaded_once(models, loads):
    runner = models.load("org/a", ignore)
    assert runner.name == "org/a"
    assert models.load("org/a", ignore) is models.runner("org/a") is runner
    assert loads == ["org/a"]


def test_a_bundled_model_asks_nothing_of_the_hub(models, loads):
    assert models.load("own", ignore) is models.default
    assert loads == []


@pytest.mark.parametrize("name", ["other/two", "../../etc", "/etc/passwd", "https://x.org/org/a", "Org/a", "", "org"])
def test_what_no_pattern_allows_is_refused_before_the_hub_is_asked(models, loads, name):
    with pytest.raises(ValueError, match=r"model: expected own or org/\* or other/one; found"):
        models.load(name, ignore)
    with pytest.raises(ValueError, match="model: expected own or"):
        models.runner(name)
    assert loads == []


def test_without_patterns_only_bundled_models_can_be_chosen(translator):
    with pytest.raises(ValueError, match="model: expected own; found 'org/a'"):
        Models([Runner(translator, "own")]).load("org/a", ignore)


def test_only_the_last_few_stay_and_the_bundled_one_always(models, loads):
    for name in ("org/a", "org/b"):
        models.load(name, ignore)
    models.runner("org/a")  # asked for again, so that b is the oldest
    models.load("org/c", ignore)
    assert models.names == ("own", "org/a", "org/c")
    with pytest.raises(ValueError, match=r"model: org/b is no longer in memory: open it again"):
        models.runner("org/b")
    models.load("org/b", ignore)
    assert loads == ["org/a", "org/b", "org/c", "org/b"]


def test_what_cannot_be_loaded_costs_no_place(models):
    models.load("org/a", ignore)
    with pytest.raises(ValueError, match="org/broken: expected weights; found none"):
        models.load("org/broken", ignore)
    assert models.names == ("own", "org/a")


def test_two_visitors_who_ask_at_once_load_once(translator):
    begun, go_on, loads = threading.Event(), threading.Event(), []

    def load(name, progress):
        loads.append(name)
        begun.set()
        assert go_on.wait(10)
        return Runner(translator, name)

    models, found = Models([Runner(translator, "own")], ["org/*"], load), []
    visitors = [threading.Thread(target=lambda: found.append(models.load("org/a", ignore))) for _ in range(2)]
    for visitor in visitors:
        visitor.start()
    assert begun.wait(10)
    assert models.runner("own") is models.default  # nobody else waits for the download
    go_on.set()
    for visitor in visitors:
        visitor.join(10)
    assert loads == ["org/a"]
    assert found[0] is found[1]


def test_a_request_is_answered_by_the_model_that_it_names(models):
    models.load("org/a", ignore)
    settings = Settings(direction="en-de", beam_size=1, n_best=1)
    run = models.open(Request(model="org/a", text="A house.", settings=settings).to_browser())
    assert (run.model, run.text) == ("org/a", "A house.")
    assert run is models.runner("org/a").run("A house.", settings)


def test_two_bundled_models_of_one_name_are_refused(translator):
    with pytest.raises(ValueError, match="bundled: expected one or more models of different names"):
        Models([Runner(translator, "own"), Runner(translator, "own")])


def test_downloads_and_experiments_have_slots_of_their_own(translator):
    demo = build_page(Models([Runner(translator, "own")], ["org/*"], lambda name, _: Runner(translator, name)))
    slots: dict[str, set[str]] = {}
    for event in demo.fns.values():
        if callable(event.fn):
            name = getattr(event.fn, "func", event.fn).__name__
            slots.setdefault(str(event.concurrency_id), set()).add(name)
    assert slots["hub"] == {"load_model", "load_linked"}
    assert slots["experiment"] == {"progress"}
    assert {"search", "translate", "choose", "reopen"} <= slots["model"]
    assert not slots["model"] & (slots["hub"] | slots["experiment"] | slots["inspect"])
    limits = {event.concurrency_id: event.concurrency_limit for event in demo.fns.values()}
    own = [limits[name] for name in ("model", "hub", "experiment", "inspect")]
    assert sum(own) < MAX_THREADS  # whoever fills one slot leaves threads for the others
