"""What an epoch is drawn from: the recipe's corpora, each as often as it says, and what is changed in their text."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import datasets
import numpy as np

from model.tokenizer import Tokenizer
from training.as_typed import as_typed
from training.carry import carry
from training.data import Example, load_corpus, tokenize
from training.held_out import keys_of, without_held_out
from training.phrasebook import phrasebook
from training.recipe import Corpus, Recipe
from training.rename import Renamer, Texts

_WORD = re.compile(r"[^\W\d_]+")


class Mixture:
    """The training text of a recipe, `texts` by corpus, without what the corpora leave out.

    Raises:
        ValueError: a corpus cannot be read, or nothing is left of it.
    """

    def __init__(self, recipe: Recipe, data_dir: Path) -> None:
        self.recipe = recipe
        self.texts: dict[str, Texts] = {}
        keys = held_out(recipe, data_dir)
        counts: list[Counter[str]] = []  # of words, by language, in the corpora that do not ask for common ones
        # those that keep common words alone come last: the others say which words are common
        for corpus in sorted(recipe.corpora, key=lambda corpus: corpus.common_words > 0):
            if corpus.repeat:
                if corpus.common_words and not counts:
                    counts = [self._count_words(language) for language in recipe.languages]
                pairs = self._pairs_of(corpus, data_dir, counts, keys)
                self.texts[corpus.name] = dict(zip(recipe.languages, zip(*pairs, strict=True), strict=True))
        self._renamer = Renamer(self.texts.values()) if recipe.rename else None

    def _pairs_of(
        self, corpus: Corpus, data_dir: Path, counts: list[Counter[str]], keys: set[str]
    ) -> list[tuple[str, str]]:
        recipe = self.recipe
        if corpus.phrasebook is not None:
            pairs = without_held_out(phrasebook(recipe.seed, corpus.phrasebook), keys)
        else:
            texts = load_corpus(corpus, recipe.languages, "train", data_dir)[:]
            pairs = list(zip(*(texts[language] for language in recipe.languages), strict=True))
        if corpus.max_words:
            pairs = [pair for pair in pairs if max(len(side.split()) for side in pair) <= corpus.max_words]
        if corpus.common_words:
            common = [{word for word, n in count.items() if n >= corpus.common_words} for count in counts]
            pairs = [
                pair for pair in pairs if all(_words(side) <= words for side, words in zip(pair, common, strict=True))
            ]
        if not pairs:
            raise ValueError(f"corpus {corpus.name}: expected pairs for training; found none that may stay")
        return pairs

    def _count_words(self, language: str) -> Counter[str]:
        return Counter(
            word for texts in self.texts.values() for side in texts[language] for word in _WORD.findall(side.lower())
        )

    @property
    def n_pairs(self) -> dict[str, int]:
        """How many different pairs each corpus gives."""
        first = self.recipe.languages[0]
        return {name: len(texts[first]) for name, texts in self.texts.items()}

    def draw(self, epoch: int) -> Texts:
        """An epoch's pairs: each corpus as often as it is repeated, of a fraction other pairs each epoch.

        Names and numbers are renamed, and what must come through unchanged is added, in as many as the recipe says.
        """
        recipe, rng = self.recipe, np.random.default_rng((self.recipe.seed, epoch))
        drawn: dict[str, list[str]] = {language: [] for language in recipe.languages}
        for corpus in recipe.corpora:
            if not corpus.repeat:
                continue
            texts = self.texts[corpus.name]
            n = len(texts[recipe.languages[0]])
            whole, part = divmod(corpus.repeat, 1)
            chosen = [*range(n)] * int(whole) + sorted(rng.permutation(n)[: round(part * n)].tolist())
            for language in recipe.languages:
                drawn[language] += [texts[language][i] for i in chosen]
        if self._renamer is not None:
            drawn = self._renamer(drawn, recipe.rename, rng)
        return carry(drawn, recipe.carried, rng)

    def examples(self, epoch: int, tokenizer: Tokenizer, source_tokenizer: Tokenizer | None) -> list[Example]:
        """An epoch's examples, each pair in both directions, some sources as people type them.

        Raises:
            ValueError: no pair is short enough.
        """
        recipe, texts = self.recipe, self.draw(epoch)
        rng = np.random.default_rng((recipe.seed, epoch, 1))
        sources = {
            language: [as_typed(side, rng) if rng.random() < recipe.as_typed else side for side in texts[language]]
            for language in recipe.languages
        }
        examples = tokenize(texts, recipe.languages, tokenizer, recipe.max_length, source_tokenizer, sources)
        if not examples:
            raise ValueError(f"expected training pairs of at most max_length={recipe.max_length} tokens; found none")
        return examples


def held_out(recipe: Recipe, data_dir: Path) -> set[str]:
    """What a text of our own may not repeat: the keys of the recipe's valid and test files, of both sides."""
    return keys_of(
        side
        for split in ("valid", "test")
        for corpus in recipe.with_split(split)
        for sides in load_corpus(corpus, recipe.languages, split, data_dir)[:].values()
        for side in sides
    )


def load_valid(recipe: Recipe, data_dir: Path) -> dict[str, datasets.Dataset]:
    """The valid pairs of each corpus that has some."""
    return {c.name: load_corpus(c, recipe.languages, "valid", data_dir) for c in recipe.with_split("valid")}


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text.lower()))
