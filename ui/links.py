"""An address that reopens the same text, direction and settings; what the widgets show they read there themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from explain.run import Settings
from ui.request import Request

# Told once the page is about what its address names, or where nothing better is to come, by a script of the page.
ARRIVED = "(request) => lens.topics.publish('arrived', request)"
MAX_NAMES = 100  # in an address

# A script that tells what stands in the sentence bar, whether it was translated or not.
TELL_TYPED = """(text, direction) => { lens.topics.publish("typed", { text, direction }); return []; }"""


def tell(topic: str, value: str) -> str:
    """A script that tells the page's widgets a value, as JSON, of a topic."""
    return f"""() => {{ lens.topics.publish("{topic}", {value}); return []; }}"""


def tell_tab(tab: str) -> str:
    """A script that tells the page's widgets which tab was opened, and gives it.

    They hear nothing where it was open already, as when the page itself opens its first one.
    """
    return f"""(active) => {{
    if (active !== "{tab}") lens.topics.publish("tab", "{tab}");
    return "{tab}";
}}"""


def request_from_address(query: Any, first: Request) -> Request | None:
    """The same of an address that a browser went back to: its part behind the question mark.

    Raises:
        ValueError: it is no such part, or as `request_from_query`.
    """
    if not isinstance(query, str):
        raise ValueError("link: expected an address of this page; found something else: reload the page")
    pairs = parse_qsl(query.removeprefix("?"), keep_blank_values=True, max_num_fields=MAX_NAMES)
    return request_from_query(dict(pairs), first)


def request_from_query(query: Mapping[str, str], first: Request) -> Request | None:
    """The request that an address carries; None where it carries no text.

    Model and direction are those that the page opens with, `first`, where the address names none.

    Raises:
        ValueError: a value is not a number where one is expected, or out of range.
    """
    if "text" not in query:
        return None
    settings = Settings(
        direction=query.get("direction", first.settings.direction),
        beam_size=_whole(query, "beam_size", Settings.beam_size),
        alpha=_number(query, "alpha", Settings.alpha),
        n_best=_whole(query, "n_best", Settings.n_best),
    )
    prefix = [part for part in query.get("prefix", "").split(".") if part]
    if not all(part.isascii() and part.isdigit() for part in prefix):
        raise ValueError("link: prefix: expected token ids with dots between them; found something else")
    return Request(
        model=query.get("model", first.model),
        text=query["text"],
        sentence=_whole(query, "sentence", 0),
        settings=settings,
        chosen=_whole(query, "chosen", 0),
        prefix=tuple(map(int, prefix)),
    )


def _whole(query: Mapping[str, str], name: str, default: int) -> int:
    number = _number(query, name, default)
    if number != int(number):
        raise ValueError(f"link: {name}: expected a whole number; found {number}")
    return int(number)


def _number(query: Mapping[str, str], name: str, default: float) -> float:
    try:
        number = float(query.get(name, default))
    except ValueError as error:
        raise ValueError(f"link: {name}: expected a number; found something else") from error
    if not abs(number) < 1e9:  # nan and inf among them
        raise ValueError(f"link: {name}: expected a number of ordinary size; found {number}")
    return number
