"""The bounded memory of results."""

import pytest
import torch

from explain.cache import LeastRecentlyUsed, size_of
from explain.tokens import Token


def test_what_was_not_asked_for_longest_goes_first():
    cache, computed = LeastRecentlyUsed(2), []

    def ask(key):
        if (found := cache.find(key)) is None:
            computed.append(key)
            found = cache.put(key, key.upper())
        return found

    assert [ask(key) for key in "abacab"] == list("ABACAB")
    assert computed == ["a", "b", "c", "b"]
    assert len(cache) == 2


def test_a_cache_without_room_is_refused():
    with pytest.raises(ValueError, match="capacity: expected 1 or more; found 0"):
        LeastRecentlyUsed(0)


def test_what_is_found_counts_as_asked_for():
    cache = LeastRecentlyUsed(2)
    for key in "ab":
        cache.put(key, key.upper())
    assert cache.find("a") == "A" and cache.find("c") is None
    assert cache.keys == ("b", "a")
    cache.put("c", "C")
    assert cache.keys == ("a", "c")


def test_of_two_that_keep_one_key_the_first_is_kept():
    cache = LeastRecentlyUsed(2)
    assert cache.put("key", first := [1]) is first
    assert cache.put("key", [1]) is first
    assert cache.weight == 1


def test_the_bound_is_kept_whatever_comes():
    cache = LeastRecentlyUsed(1000, size_of)
    for n in (100, 10, 200, 240, 3, 250, 251, 249, 1):
        cache.put(n, torch.zeros(n))
        assert cache.weight == sum(4 * key for key in cache.keys) <= 1000
        assert (cache.find(n) is None) == (n == 251)  # which alone is more than fits


def test_a_size_counts_what_is_inside():
    token = Token(id=1, text="x" * 1000, special=False, word=0)
    assert size_of(torch.zeros(3, 5)) == 60
    assert 1000 < size_of(token) < 2000
    assert 4000 < size_of({"tokens": (token,) * 4}) < 8000
