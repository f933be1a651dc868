"""What an epoch is drawn from: as often as the recipe says, and no sentence that is held out."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.training.conftest import RECIPE, write_lines
from training.held_out import key
from training.mixture import Mixture, held_out, load_valid
from training.recipe import Recipe
from training.train import Trainer


@pytest.fixture
def recipe_of(tmp_path):
    """The tiny recipe with other corpora; `head` changes its first lines."""

    def make(corpora: str, head: str = "") -> Recipe:
        path = tmp_path / "recipe.toml"
        path.write_text(head + RECIPE[: RECIPE.index("[[corpora]]")] + corpora, encoding="utf-8")
        return Recipe.load(path)

    return make


def table(folder: Path, name: str, pairs: list[tuple[str, str]]) -> str:
    """A corpus of these pairs, as it stands in a recipe."""
    write_lines(folder / f"{name}.tsv", ["\t".join(pair) for pair in pairs])
    return f'[[corpora]]\nname = "{name}"\npath = "{name}.tsv"\n'


NUMBERED = [(f"the {i}", f"das {i}") for i in range(40)]


def test_a_fraction_draws_other_pairs_each_epoch_and_all_of_them_in_the_end(recipe_of, tmp_path):
    mixture = Mixture(recipe_of(table(tmp_path, "some", NUMBERED) + "repeat = 1.25"), tmp_path)
    epochs = [mixture.draw(epoch) for epoch in range(20)]
    for drawn in epochs:
        times = Counter(zip(drawn["en"], drawn["de"], strict=True))
        assert set(times) == set(NUMBERED) and sorted(times.values()) == [1] * 30 + [2] * 10
    twice = [frozenset(pair for pair, n in Counter(drawn["en"]).items() if n == 2) for drawn in epochs]
    assert len(set(twice)) == len(twice) and len(frozenset.union(*twice)) == len(NUMBERED)
    assert mixture.draw(3) == epochs[3], "an epoch is a function of its number"


def test_long_pairs_and_dictionary_words_that_no_sentence_uses_are_left_out(recipe_of, tmp_path):
    sentences = [("the dog sees", "der Hund sieht"), ("the dog sleeps", "der Hund schläft"), ("a b c d", "a b c d e")]
    words = [("dog", "Hund"), ("the dog", "der Hund"), ("sees", "sieht"), ("ox", "Ochse"), ("dog", "Köter")]
    corpora = table(tmp_path, "words", words) + "common_words = 2\n" + table(tmp_path, "said", sentences)
    mixture = Mixture(recipe_of(corpora + "max_words = 4\n"), tmp_path)
    assert mixture.texts["said"]["de"] == ("der Hund sieht", "der Hund schläft")
    assert mixture.texts["words"]["de"] == ("Hund", "der Hund")
    assert mixture.n_pairs == {"said": 2, "words": 2}
    animals = [("ox", "Ochse"), ("dog", "Hund"), ("the ox", "der Ochse")]
    more = table(tmp_path, "animals", animals) + "common_words = 1\n" + corpora
    assert Mixture(recipe_of(more), tmp_path).n_pairs == {"said": 3, "animals": 1, "words": 2}, "no dictionary vouches"
    with pytest.raises(ValueError, match="corpus said: expected pairs for training; found none that may stay"):
        Mixture(recipe_of(corpora + "max_words = 1\n"), tmp_path)


def test_a_corpus_of_no_repeats_is_only_held_against(recipe_of, toy_data, tmp_path):
    only = '[[corpora]]\nname = "only"\npath = "table.{split}.tsv"\nrepeat = 0\n'
    write_lines(tmp_path / "some.tsv", ["red\trot"])
    for split in ("valid", "test"):
        (tmp_path / f"table.{split}.tsv").write_bytes((toy_data / f"table.{split}.tsv").read_bytes())
    recipe = recipe_of(only + '[[corpora]]\nname = "some"\npath = "some.tsv"\n')
    assert Mixture(recipe, tmp_path).draw(0) == {"en": ["red"], "de": ["rot"]}
    assert list(load_valid(recipe, tmp_path)) == ["only"]
    lines = [line for split in ("valid", "test") for line in (toy_data / f"table.{split}.tsv").read_text().splitlines()]
    assert held_out(recipe, tmp_path) == {key(side) for line in lines for side in line.split("\t")}


def test_no_pair_of_the_phrasebook_shares_a_side_with_what_is_held_out(recipe_of, tmp_path):
    book = '[[corpora]]\nname = "book"\nphrasebook = 400\n'
    mixture = Mixture(recipe_of(book), tmp_path)
    english, german = (mixture.texts["book"][language] for language in ("en", "de"))
    assert len(english) == 400
    held = [(english[7].upper(), "anders"), ("other", f"{german[11]}!!"), ("...", "...")]
    for split in ("valid", "test"):
        write_lines(tmp_path / f"held.{split}.tsv", ["\t".join(pair) for pair in held])
    without = Mixture(recipe_of(book + '[[corpora]]\nname = "h"\npath = "held.{split}.tsv"\nrepeat = 0\n'), tmp_path)
    left = without.texts["book"]
    assert key(english[7]) not in map(key, left["en"]) and key(german[11]) not in map(key, left["de"])
    assert len(left["en"]) < 400


def test_sources_are_typed_in_a_hurry_and_targets_are_not(recipe_of, tmp_path, trained):
    tokenizer = Trainer(trained.recipe, trained.data_dir, trained.run_dir).tokenizer
    pairs = [("Red Dog.", "Rot Hund.")] * 50
    mixture = Mixture(recipe_of(table(tmp_path, "some", pairs), head="as_typed = 1.0\n"), tmp_path)
    examples = mixture.examples(0, tokenizer, None)
    assert len(examples) == 100
    assert {tokenizer.decode(example.tgt.tolist()) for example in examples} == {"Red Dog.", "Rot Hund."}
    sources = {tokenizer.decode(example.src.tolist()[1:]) for example in examples}
    assert len(sources) > 8 and {"red dog", "rot hund", "RED DOG."} <= sources
