"""The words at the head of the page, and what the page runs on."""

from __future__ import annotations

from statistics import fmean

from explain.runner import Runner
from model.config import TransformerConfig
from ui.card import Card, Score, card_of
from ui.languages import direction_name

TITLE = "The Transformer, opened"
PAPER = "https://arxiv.org/abs/1706.03762"
N_CORPORA = 3  # the largest, that are named
KINDS_OF_TEXT = {"tatoeba": "short sentences", "multi30k": "picture captions", "everyday": "everyday text"}
INTRODUCTION = f"""# {TITLE}

Type a sentence. See what a Transformer makes of it, word by word, and why.
"""


def model_line(runner: Runner) -> str:
    """What the page runs on, in one line: its size, and where its card says so how much it read and how good it is."""
    n_parameters = sum(parameter.numel() for parameter in runner.network.parameters())
    size = f"{n_parameters / 1e6:.3g} million" if n_parameters >= 1e6 else f"{n_parameters:,}"
    card = card_of(runner)
    if not card.corpora:
        return f"{runner.name}: {size} parameters. Details"
    return f"{size} parameters, {card.n_pairs:,} sentence pairs. {_scored(card)}Details"


def model_details(runner: Runner) -> str:
    """The model's own sizes beside the paper's, what it does with a visitor's text, what it learned from, and what the
    tabs show.
    """
    does = "It translates your sentence."
    if not runner.translates:
        does = (
            "It is a language model: it continues your text instead of translating it, has no encoder and no "
            "cross-attention, and so no source to look at."
        )
    card = card_of(runner)
    paper = TransformerConfig.preset("base", vocab_size=runner.config.vocab_size)
    return f"""`{runner.name}` has {_sizes(runner.config)}. {does}
{_learned(card) if card.corpora and card.scores else ""}
The architecture is that of [“Attention Is All You Need”]({PAPER}), whose base model has
{_sizes(paper)}.

The tabs show the model’s run on your sentence. What is not part of that run says so: position tables, the toy, second
sentences, and the experiments of “Why attention”.
"""


def _scored(card: Card) -> str:
    """On which kind of text it scores best, and on which worst, by the mean of its directions."""
    scores = _comparable(card)
    bleu = {kind: fmean(each.value for each in scores if each.kind == kind) for kind in {each.kind for each in scores}}
    if len(bleu) < 2:
        return ""
    best, worst = max(bleu, key=bleu.__getitem__), min(bleu, key=bleu.__getitem__)
    return f"BLEU {bleu[best]:.0f} on {_kind(best)}, {bleu[worst]:.0f} on {_kind(worst)}. "


def _learned(card: Card) -> str:
    """What it was trained on, how it scored, and what its card says of its limits."""
    most = "\n".join(f"- {corpus.n_pairs:,} pairs: {corpus.source}" for corpus in card.corpora[:N_CORPORA])
    rest = card.corpora[N_CORPORA:]
    others = f"\n- {sum(corpus.n_pairs for corpus in rest):,} pairs of {len(rest)} others" if rest else ""
    rows = "\n".join(
        f"| {_kind(score.kind)} | {direction_name(score.direction)} | {score.value:.2f} |"
        for score in _comparable(card)
    )
    return f"""
It learned from {card.n_pairs:,} pairs of sentences:

{most}{others}

Measured on text that it had not seen. BLEU counts the runs of words that a person’s translation has too: 100 is the
very same text.

| text | direction | BLEU |
|---|---|---|
{rows}

{card.limits}
"""


def _comparable(card: Card) -> list[Score]:
    """The scores of one metric, the first that the card has: of two kinds of BLEU none says anything of the other."""
    return [score for score in card.scores if score.metric == card.scores[0].metric]


def _kind(name: str) -> str:
    return KINDS_OF_TEXT.get(name, name)


def _sizes(config: TransformerConfig) -> str:
    stacks = f"{config.n_decoder_layers} decoder layers"
    if config.n_encoder_layers:
        stacks = f"{config.n_encoder_layers} encoder and {stacks}"
    return f"{stacks}, {config.n_heads} heads each, d_model {config.d_model}, {config.norm}-norm"
