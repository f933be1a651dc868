"""What the open model's card says of it: what it learned from, how it scores, where its limits are."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import cast

from huggingface_hub import ModelCard, ModelCardData

from explain.runner import Runner
from model.translator import Translator

LIMITS = "## Intended use and limits"
# a row of its table of data: recipe, name, pairs, times an epoch, source, licence
_CORPUS = re.compile(r"^\| [^|\n]+ \| ([^|\n]+) \| ([\d,]+) \| [\d.]+ \| (.+) \| [^|\n]+ \|$", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Corpus:
    """Text that the model was trained on; `source` says what and whose, in Markdown."""

    name: str
    n_pairs: int
    source: str


@dataclass(frozen=True, kw_only=True)
class Score:
    """BLEU, 0 to 100, of a direction on held-out text of a `kind`; `data` is that text's name, `metric` which BLEU."""

    kind: str
    data: str
    direction: str
    metric: str
    value: float


@dataclass(frozen=True, kw_only=True)
class Card:
    """The corpora with the largest first, the scores, and the words about use and limits, in Markdown."""

    corpora: tuple[Corpus, ...]
    scores: tuple[Score, ...]
    limits: str

    @property
    def n_pairs(self) -> int:
        """Of all corpora together."""
        return sum(corpus.n_pairs for corpus in self.corpora)


def card_of(runner: Runner) -> Card:
    """What the card says, of each part nothing where it lacks that, cannot be read, or there is no card."""
    written = runner.text_model.card if isinstance(runner.text_model, Translator) else None
    try:
        card = ModelCard(written or "")
    except Exception:  # ValueError or YAML's own: a stranger's card may be anything, and costs no more than these words
        return Card(corpora=(), scores=(), limits="")
    return Card(corpora=_corpora(card.text), scores=_scores(card), limits=_limits(card.text))


def _corpora(text: str) -> tuple[Corpus, ...]:
    """A row each of the last run that read it: the card has that one first, and then those that it started from."""
    found: dict[str, Corpus] = {}
    for name, n_pairs, source in _CORPUS.findall(text):
        found.setdefault(name, Corpus(name=name, n_pairs=int(n_pairs.replace(",", "")), source=source))
    return tuple(sorted(found.values(), key=lambda corpus: -corpus.n_pairs))


def _scores(card: ModelCard) -> tuple[Score, ...]:
    results = cast(ModelCardData, card.data).eval_results or []
    return tuple(
        Score(
            kind=str(each.dataset_type),
            data=str(each.dataset_name),
            direction=str(each.dataset_config),
            metric=str(each.metric_name),
            value=float(each.metric_value),
        )
        for each in results
        if each.metric_type == "bleu" and isinstance(each.metric_value, int | float)
    )


def _limits(text: str) -> str:
    _, _, behind = text.partition(f"{LIMITS}\n")
    return re.split(r"^#", behind, maxsplit=1, flags=re.MULTILINE)[0].strip()
