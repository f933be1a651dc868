"""The bounded memory behind all runs."""

import threading

import pytest

from explain.cache import LeastRecentlyUsed, Once


def test_what_was_not_asked_for_longest_goes_first():
    cache, computed = LeastRecentlyUsed(2), []

    def ask(key):
        return cache.get(key, lambda: computed.append(key) or key.upper())

    assert [ask(key) for key in "abacab"] == list("ABACAB")
    assert computed == ["a", "b", "c", "b"]
    assert len(cache) == 2


def test_threads_wait_for_the_one_that_computes():
    barrier, computed, got = threading.Barrier(5), [], []

    def compute():
        computed.append(object())
        return computed[-1]

    once = Once(compute)

    def ask():
        barrier.wait(timeout=60)
        got.append(once.get())

    threads = [threading.Thread(target=ask) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == computed * 5


def test_an_error_reaches_the_asker_and_is_not_kept():
    cache = LeastRecentlyUsed(1)
    cache.get("good", lambda: 1)

    def fail():
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        cache.get("bad", fail)
    assert cache.get("good", fail) == 1
    assert cache.get("bad", lambda: 2) == 2


def test_a_cache_without_room_is_refused():
    with pytest.raises(ValueError, match="capacity: expected 1 or more; found 0"):
        LeastRecentlyUsed(0)


def test_who_has_the_line_never_waits_for_a_thread_that_waits_for_the_line():
    line, answers = threading.RLock(), []
    cache = LeastRecentlyUsed(2, line=line)
    ask = threading.Thread(target=lambda: answers.append(cache.get("key", lambda: "without")), daemon=True)

    def ask_in_line():
        with line:
            ask.start()
            ask.join(0.2)  # it has come as far as it gets
            answers.append(cache.get("key", lambda: "in line"))

    asks_in_line = threading.Thread(target=ask_in_line, daemon=True)
    asks_in_line.start()
    asks_in_line.join(30)
    ask.join(30)
    assert answers == ["without", "without"]  # whose computation is the same, but in the line


def test_what_is_there_is_had_without_the_line():
    line, answers = threading.RLock(), []
    cache = LeastRecentlyUsed(2, line=line)
    cache.get("key", lambda: "kept")
    with line:
        thread = threading.Thread(target=lambda: answers.append(cache.get("key", lambda: "anew")), daemon=True)
        thread.start()
        thread.join(30)
        assert answers == ["kept"]


def test_what_is_found_counts_as_asked_for_and_what_is_under_way_is_not_there():
    cache = LeastRecentlyUsed(2)
    for key in "ab":
        cache.get(key, key.upper)
    assert cache.find("a") == "A" and cache.find("c") is None
    assert cache.keys == ("b", "a")

    def compute():
        assert cache.find("c") is None and "c" not in cache.keys
        return "C"

    cache.get("c", compute)
    assert cache.keys == ("a", "c")
