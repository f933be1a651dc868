"""How far an experiment is, and its result at the end."""

import pytest

from explain.experiments.progress import result_of


def test_the_result_is_what_comes_last():
    assert result_of(iter([(0.0, "begun"), (0.5, "half"), {"found": 3}])) == {"found": 3}


def test_an_experiment_without_a_result_is_an_error():
    with pytest.raises(ValueError, match=r"experiment: expected a result at its end; found \(0.5, 'half'\)"):
        result_of(iter([(0.0, "begun"), (0.5, "half")]))
