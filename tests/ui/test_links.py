"""Links and requests: what comes from a browser is checked before it is believed."""

import math
from urllib.parse import urlencode

import pytest

from explain.run import Settings
from ui.links import request_from_address, request_from_query
from ui.request import Request

WHOLE = {"text": "A house.", "direction": "en-de", "beam_size": "3", "alpha": "0.5", "n_best": "2", "chosen": "1"}

FIRST = Request(model="own", text="Ein Haus.", settings=Settings(direction="de-en"))


def test_a_link_carries_the_whole_request():
    request = request_from_query(
        {**WHOLE, "model": "org/name", "prefix": "7.8", "sentence": "2", "tab": "attention"}, FIRST
    )
    assert request == Request(
        model="org/name",
        text="A house.",
        sentence=2,
        settings=Settings(direction="en-de", beam_size=3, alpha=0.5, n_best=2),
        chosen=1,
        prefix=(7, 8),
    )


def test_a_link_without_a_model_means_the_page_s_own():
    assert request_from_query(WHOLE, FIRST).model == "own"


def test_a_link_of_a_text_alone_is_read_as_the_page_opens():
    assert request_from_query({"text": "Ein Baum."}, FIRST) == Request(
        model="own", text="Ein Baum.", settings=Settings(direction="de-en")
    )


def test_an_address_without_a_text_asks_for_nothing():
    assert request_from_query({"__theme": "dark"}, FIRST) is None


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"beam_size": "many"}, "link: beam_size: expected a number; found something else"),
        ({"beam_size": "2.5"}, r"link: beam_size: expected a whole number; found 2.5"),
        ({"beam_size": "nan"}, "link: beam_size: expected a number of ordinary size; found nan"),
        ({"alpha": "1e999"}, "link: alpha: expected a number of ordinary size; found inf"),
        ({"beam_size": "99"}, "beam_size: expected"),
        ({"sentence": "second"}, "link: sentence: expected a number; found something else"),
        ({"sentence": "1.5"}, "link: sentence: expected a whole number; found 1.5"),
        ({"prefix": "7.<img>"}, "link: prefix: expected token ids with dots between them; found something else"),
    ],
)
def test_a_damaged_link_is_refused_with_the_reason(changes, message):
    with pytest.raises(ValueError, match=message):
        request_from_query({**WHOLE, **changes}, FIRST)


def test_a_request_survives_the_browser():
    request = Request(
        model="own",
        text="A house. A man.",
        sentence=1,
        settings=Settings(direction="en-de", beam_size=3, alpha=0.5, n_best=2),
        chosen=1,
        prefix=(7, 8),
    )
    assert Request.from_browser(request.to_browser()) == request


@pytest.mark.parametrize(
    "value",
    [
        None,
        "text",
        [],
        {},
        {"text": 5},
        Request(model="own", text="A house.", settings=Settings(direction="en-de")).to_browser() | {"model": 5},
        Request(model="own", text="A house.", settings=Settings(direction="en-de")).to_browser() | {"text": ["a"]},
        Request(model="own", text="A house.", settings=Settings(direction="en-de")).to_browser() | {"chosen": "1"},
        Request(model="own", text="A house.", settings=Settings(direction="en-de")).to_browser() | {"chosen": True},
        Request(model="own", text="A house.", settings=Settings(direction="en-de")).to_browser() | {"sentence": "0"},
        Request(model="own", text="A house.", settings=Settings(direction="en-de")).to_browser() | {"prefix": [1.5]},
        Request(model="own", text="A house.", settings=Settings(direction="en-de")).to_browser() | {"prefix": 5},
    ],
)
def test_a_made_up_request_is_refused(value):
    with pytest.raises(ValueError, match="page: expected a sentence and its settings; found something else"):
        Request.from_browser(value)


@pytest.mark.parametrize("changes", [{"beam_size": 10**9}, {"alpha": math.nan}, {"alpha": "0.6"}, {"n_best": 0}])
def test_a_setting_out_of_range_is_refused(changes):
    with pytest.raises(ValueError, match=next(iter(changes))):
        Request.from_browser(
            Request(model="own", text="A house.", settings=Settings(direction="en-de")).to_browser() | changes
        )


def test_an_address_of_before_is_read_as_a_link_is():
    query = "?" + urlencode({**WHOLE, "prefix": "7.8", "tab": "inside"})
    assert request_from_address(query, FIRST) == request_from_query({**WHOLE, "prefix": "7.8"}, FIRST)
    assert request_from_address("", FIRST) is None


@pytest.mark.parametrize("query", [None, 5, {"text": "A house."}])
def test_what_is_no_address_is_refused(query):
    with pytest.raises(ValueError, match="link: expected an address of this page; found something else"):
        request_from_address(query, FIRST)


def test_an_address_of_a_thousand_names_is_refused():
    with pytest.raises(ValueError, match="fields"):
        request_from_address("&".join(f"a{i}=1" for i in range(1000)), FIRST)
