"""A batch of searches gives each text what it would get alone."""

import pytest

from explain.run import Settings
from explain.runner import Runner
from explain.search import Asked, alike, batch_size, search, search_batch
from model.translator import Translator

TEXTS = {
    "en-de": (
        "Ram",
        "Ram pushed Hari, and the dog ran.",
        "I love eating pizza!",
        "the dog " * 12,
        "The dog sees the cat.",
    ),
    "de-en": ("Hari schubste Ram.", "Ich esse gern Pizza!"),
}


def asked_of(runner, beam_size=3, n_best=3):
    search = {"beam_size": beam_size, "n_best": n_best}
    return [
        Asked(prompt=runner.prompt(text, direction), settings=Settings(direction=direction, **search))
        for direction, texts in TEXTS.items()
        for text in texts
    ]


def assert_same(together, alone):
    assert len(together.translations) == len(alone.translations)
    for one, other in zip(together.translations, alone.translations, strict=True):
        assert (one.ids, one.text) == (other.ids, other.text)
        assert one.score == pytest.approx(other.score, abs=1e-4)
        assert [token.probability for token in one.tokens] == pytest.approx(
            [token.probability for token in other.tokens], abs=1e-5
        )


@pytest.mark.parametrize(("beam_size", "n_best"), [(3, 3), (4, 1), (1, 1)])
def test_padding_and_neighbours_change_no_answer(runner, beam_size, n_best):
    batch = asked_of(runner, beam_size, n_best)
    for asked, together in zip(batch, search_batch(runner.text_model, batch), strict=True):
        assert_same(together, search(runner.text_model, asked.prompt, asked.settings))


def test_the_bundled_weights_too_say_the_same_in_a_batch():
    runner = Runner(Translator.from_pretrained("checkpoints/en-de"))
    batch = asked_of(runner, 4, 4)
    for asked, together in zip(batch, search_batch(runner.text_model, batch), strict=True):
        alone = search(runner.text_model, asked.prompt, asked.settings)
        assert_same(together, alone)


def test_what_shares_a_batch_is_searched_the_same_way_and_about_as_long(runner):
    first, *others = asked_of(runner)
    same = [asked.prompt.n_tokens for asked in others if alike(asked) == alike(first)]
    assert same and max(same) < 16 < max(asked.prompt.n_tokens for asked in others)
    for changed in (dict(beam_size=4), dict(alpha=0.7), dict(n_best=2)):
        settings = Settings(**{"direction": "en-de", "beam_size": 3, "n_best": 3, **changed})
        assert alike(Asked(prompt=first.prompt, settings=settings)) != alike(first)
    forced = Asked(prompt=first.prompt, settings=first.settings, prefix=(7,))
    assert alike(forced) != alike(first) and batch_size(runner.text_model, forced) == 1


def test_a_batch_is_smaller_the_more_there_is_to_do(runner):
    by_length = [batch_size(runner.text_model, asked) for asked in sorted(asked_of(runner), key=lambda a: a.padded)]
    assert by_length == sorted(by_length, reverse=True) and by_length[0] > by_length[-1] >= 1
    [wide, *_] = asked_of(runner, beam_size=8)
    assert batch_size(runner.text_model, wide) < by_length[0]
