import pytest

from explain.experiments import recall


@pytest.fixture(scope="module", params=range(5))
def result(request, finish):
    return finish(recall, request.param, steps=90, distances=(2, 8, 48))


def test_a_transformer_recalls_over_any_distance(result):
    assert result.accuracy["Transformer"].min() > 0.9


def test_an_rnn_recalls_what_is_near_and_loses_what_is_far(result):
    near, *_, far = result.accuracy["RNN"]
    assert near > far + 0.1
    assert far < 0.45


def test_the_question_stands_as_far_from_the_country_as_asked():
    tokens, languages = recall.sentences(5, 7)
    assert tokens.shape == (7, 6)
    assert (tokens[:, 0] - recall.FIRST_COUNTRY).tolist() == (languages - recall.FIRST_LANGUAGE).tolist()
    assert (tokens[:, -1] == recall.QUESTION).all()
    assert (tokens[:, 1:-1] >= recall.FIRST_FILLER).all()
