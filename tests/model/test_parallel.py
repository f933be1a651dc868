"""Several batches at a time: as one after another, only sooner."""

import threading

import pytest
import torch

from model.parallel import parallel_map
from model.taps import Tap, intervene, name_taps, record
from tests.threads import n_threads


@pytest.fixture(autouse=True)
def four_threads():
    with n_threads(4):
        yield


def threads_of_a_new_thread():
    found = []
    thread = threading.Thread(target=lambda: found.append(torch.get_num_threads()))
    thread.start()
    thread.join()
    return found[0]


def test_what_is_found_is_in_the_order_of_the_batches():
    assert parallel_map(lambda batch: batch * 10, range(50)) == [10 * i for i in range(50)]
    assert parallel_map(lambda batch: batch, []) == []


@pytest.mark.parametrize(("n_batches", "n_at_once"), [(1, 1), (2, 2), (4, 4), (9, 4)])
def test_the_threads_are_shared_out(n_batches, n_at_once):
    together = threading.Barrier(n_at_once, timeout=20)  # breaks, and raises, where fewer are at work at a time

    def share(batch):
        if batch < n_at_once:
            together.wait()
        return torch.get_num_threads()

    assert parallel_map(share, range(n_batches)) == [4 // n_at_once] * n_batches
    assert (torch.get_num_threads(), threads_of_a_new_thread()) == (4, 4)


def test_one_thread_takes_one_after_another():
    torch.set_num_threads(1)
    assert set(parallel_map(lambda _: threading.get_ident(), range(9))) == {threading.get_ident()}


def test_autocast_holds_for_every_batch():
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert parallel_map(lambda _: torch.is_autocast_enabled("cpu"), range(9)) == [True] * 9


def test_what_fails_is_said_and_what_has_not_begun_is_left():
    begun = []

    def fail(batch):
        begun.append(batch)
        if batch == 0:
            raise ValueError("no such word")
        threading.Event().wait(0.05)

    with pytest.raises(ValueError, match="no such word"):
        parallel_map(fail, range(100))
    assert len(begun) < 20
    assert (torch.get_num_threads(), threads_of_a_new_thread()) == (4, 4)


def test_a_change_inside_the_model_holds_for_every_batch():
    taps = torch.nn.ModuleDict({"tap": Tap()})
    name_taps(taps)
    with intervene({"tap": lambda x: x + 1}):
        found = parallel_map(lambda batch: int(taps["tap"](torch.tensor(batch))), range(9))
    assert found == list(range(1, 10))
    with pytest.raises(ValueError, match="tap was written twice"), record():
        parallel_map(lambda batch: taps["tap"](torch.tensor(batch)), range(9))
