"""From which sureness on a token counts as doubtful, and what is said of it."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from explain.calibration import FEWEST, Bin, Calibration, MeasuredText, load_calibration

BUNDLED = Path(__file__).parents[2] / "checkpoints" / "en-de"


def calibration(*counts: tuple[int, int]) -> Calibration:
    """Of bins with so many tokens and so many right ones among them."""
    width = 1 / len(counts)
    bins = tuple(
        Bin(low=i * width, high=(i + 1) * width, n=n, right=right, mean=(i + 0.5) * width if n else None)
        for i, (n, right) in enumerate(counts)
    )
    text = MeasuredText(name="held out", n_sentences=10, teacher_forced=bins, free_running=bins)
    other = replace(text, name="other", free_running=bins[::-1])
    return Calibration(beam_size=4, alpha=0.6, corpora=(text, other))


@pytest.mark.parametrize(
    ("counts", "edge"),
    [
        ([(100, 10), (100, 49), (100, 50), (100, 90)], 0.5),
        ([(100, 50), (100, 10), (100, 60), (100, 90)], 0),  # from 0 on, or not at all
        ([(100, 10), (FEWEST - 1, 0), (100, 10), (100, 90)], 0.25),  # too few to go on
        ([(0, 0), (100, 10), (100, 10), (100, 90)], 0),
        ([(100, 0), (100, 0), (100, 0), (100, 0)], 1),
    ],
)
def test_doubtful_is_what_was_mostly_wrong_in_each_bin_from_zero_on(counts, edge):
    assert calibration(*counts).doubtful_below == edge


def test_a_probability_belongs_to_one_bin_and_one_to_the_last():
    found = calibration((100, 10), (100, 49), (100, 50), (100, 90))
    assert [found.bin_of(p).low for p in (0, 0.2499, 0.25, 0.5, 1.0)] == [0, 0, 0.25, 0.5, 0.75]


def test_a_share_of_few_tokens_is_not_told():
    few, enough = (Bin(low=0, high=1, n=n, right=n // 2, mean=0.5) for n in (FEWEST - 1, FEWEST))
    assert few.share is None and few.interval is None
    assert enough.share == 0.5
    # Wilson's interval of 15 of 30, from a published table
    assert enough.interval == pytest.approx((0.331, 0.669), abs=1e-3)


def test_the_bundled_model_is_right_more_often_the_surer_it_is():
    """What the page says: low sureness is mostly wrong, and high sureness mostly right."""
    found = load_calibration(BUNDLED)
    assert found is not None
    assert 0.1 <= found.doubtful_below <= 0.7
    for corpus in found.corpora:
        for lower, higher in pairwise(each for each in corpus.teacher_forced if each.share is not None):
            assert higher.interval[1] > lower.share  # but for chance
        assert corpus.free_running[-1].share > 0.75
