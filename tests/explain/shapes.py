"""Whether a result keeps the shapes that its dataclass promises."""

import dataclasses
from typing import get_type_hints

from beartype.door import is_bearable
from jaxtyping import jaxtyped


def assert_shapes(*results):
    """All fields are of their types, and a letter stands for one size throughout a result."""
    for result in results:
        hints = get_type_hints(type(result))
        with jaxtyped("context"):
            for field in dataclasses.fields(result):
                value = getattr(result, field.name)
                assert is_bearable(value, hints[field.name]), (type(result).__name__, field.name, value)
