"""Movement and the word in two sentences, against the second road and scalar arithmetic."""

import math

import numpy as np
import pytest

from explain.depth import movement, principal_plane, shift
from tests.explain.conftest import SETTINGS
from tests.explain.second_road import run_again
from tests.explain.shapes import assert_shapes

FIRST, SECOND = "The dog sees the cat.", "Ram pushed Hari, and the dog ran."


def streams(run):
    """(points, positions, d_model) of encoder and decoder."""
    return [run_again(run).streams[side] for side in ("encoder", "decoder")]


def length(vector):
    return math.sqrt(sum(value * value for value in vector))


def test_movement_equals_the_second_road(runner, run):
    for side, stream in zip(("encoder", "decoder"), streams(run), strict=True):
        found = movement(run, side)
        assert_shapes(found)
        assert found.distance.shape == (len(stream) - 1, stream.shape[1])
        for layer in range(len(stream) - 1):
            for place in range(stream.shape[1]):
                before, after = stream[layer, place], stream[layer + 1, place]
                assert found.distance[layer, place] == pytest.approx(length(after - before) / length(before))
                dot = sum(a * b for a, b in zip(before, after, strict=True))
                cosine = dot / length(before) / length(after)
                assert found.cosine[layer, place] == pytest.approx(cosine)
                assert math.radians(found.angle[layer, place]) == pytest.approx(math.acos(cosine))


def test_a_words_two_paths_equal_the_second_road(runner):
    found = shift(runner, "Dog", FIRST, SECOND, SETTINGS)
    paths = []
    for run, places in zip((found.first, found.second), found.places, strict=True):
        assert "".join(run.source[place].text for place in places) == "▁dog"
        paths.append(streams(run)[0][:, list(places)].mean(axis=1))
    for point, (a, b) in enumerate(zip(*paths, strict=True)):
        assert found.cosine[point] == pytest.approx(a @ b / length(a) / length(b))
        assert found.distance[point] == pytest.approx(length(a - b))
    vocabulary = runner.network.state_dict()["tokens.weight"].numpy()
    alike = [row @ paths[1][2] / length(row) for row in vocabulary]
    assert found.neighbours[1][2][0] == found.first.tokens([int(np.argmax(alike))])[0].text


def test_the_same_word_in_the_same_sentence_has_one_path(runner):
    found = shift(runner, "dog", FIRST, FIRST, SETTINGS)
    np.testing.assert_allclose(found.cosine, 1)
    np.testing.assert_allclose(found.distance, 0)
    np.testing.assert_allclose(found.plane[0], found.plane[1], atol=1e-9)


def test_the_plane_is_that_of_the_covariances_eigenvectors():
    vectors = np.random.default_rng(3).normal(size=(13, 5)) * [5, 3, 1, 0.5, 0.1]
    plane, kept = principal_plane(vectors)
    sizes, axes = np.linalg.eigh(np.cov(vectors.T))
    expected = (vectors - vectors.mean(axis=0)) @ axes[:, ::-1][:, :2]
    np.testing.assert_allclose(np.abs(plane), np.abs(expected), atol=1e-9)
    np.testing.assert_allclose(kept, (sizes / sizes.sum())[::-1][:2])


@pytest.mark.parametrize(
    ("word", "first", "second", "spelling"),
    [
        ("don’t", "I don’t love pizza.", "The dogs don’t run!", "don’t"),
        ("3.5", "I love 3.5 dogs.", "The cat is „3.5“.", "3.5"),
        ("U.S.", "The U.S. dog ran.", "I love the (U.S.)", "U.S"),
        ("Çelik", "Çelik pushed Ram.", "Ram, „çelik“, and the dog.", "çelik"),
        ("dog", "The dog's cat … dog.", "Ram sees the dog…", "dog"),
    ],
)
def test_a_word_is_found_without_the_punctuation_at_its_ends(runner, word, first, second, spelling):
    found = shift(runner, word, first, second, SETTINGS)
    for run, places in zip((found.first, found.second), found.places, strict=True):
        assert list(places) == list(range(places[0], places[-1] + 1))
        ids = [run.source[place].id for place in places]
        assert runner.tokenizer.decode(ids).strip().casefold() == spelling.casefold()


def test_what_cannot_be_compared_is_named(runner, run):
    for word, first, message in [
        ("cat", SECOND, "word: expected 'cat' in both sentences; the first has none"),
        ("", FIRST, "word: expected one word; found ''"),
        ("the dog", FIRST, "word: expected one word; found 'the dog'"),
        ("…", FIRST, "word: expected one word; found '…'"),
        (7, FIRST, "word: expected a text; found int"),
        ("x" * 41, FIRST, "word: expected at most 40 characters; found 41"),
        ("dog", " ", "text: expected a word or a sentence; found none"),
    ]:
        with pytest.raises(ValueError, match=message):
            shift(runner, word, first, FIRST, SETTINGS)
    with pytest.raises(ValueError, match="side: expected encoder or decoder; found 'left'"):
        movement(run, "left")
