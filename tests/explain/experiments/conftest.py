"""What the tests of all experiments share: five seeds, the default one among them, and a run to its end."""

import pytest

from tests.threads import n_threads


@pytest.fixture(params=range(5))
def seed(request) -> int:
    return request.param


@pytest.fixture(autouse=True)
def one_thread():
    """As in the app, so that the time of a thread is the time of the work."""
    with n_threads(1):
        yield


@pytest.fixture(scope="session")
def finish():
    """Runs an experiment to its end: its progress is in order and its words can be said."""

    def to_the_end(module, seed, **settings):
        *steps, result = module.run(seed, **settings)
        fractions = [fraction for fraction, _ in steps]
        assert fractions == sorted(fractions) and fractions[0] >= 0 and fractions[-1] < 1
        assert all(words for _, words in steps) and module.words(result)
        return result

    return to_the_end
