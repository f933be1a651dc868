"""Exercises for a class: questions about a run, each with choices of which one is right, and the figures that say so.

A question that a run does not answer clearly has no exercise: its sentence is too short, or what is right comes hardly
before the rest. The choices stand in an order that tells nothing.

L layers, H heads, R rows, C columns, T target, S source positions.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

import numpy as np
from jaxtyping import Float

from explain.attention import attention_maps
from explain.beam_tree import Node, beam_tree
from explain.logit_lens import logit_lens
from explain.next_token import Candidate, distribution
from explain.run import Run
from explain.source_words import source_words
from explain.switches import Switch, switched_text
from explain.tokens import TargetToken, Token, bare
from model.masks import causal_mask

CLEAR = 0.8  # of what is right: no other choice comes nearer
WALKS = 0.5  # of the source: a head that walks goes at least so far, the other choices at most half of its way
MOST = 5  # choices of tokens or words
APART = 0.05  # of two scores of a beam: a visitor sees which is better
HEADS = 4  # choices of heads, or of beginnings
CANDIDATES = 10  # tokens among which a runner-up is looked for

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Exercise(Generic[T]):
    """The choices, the figure of each (the functions say which), and the place of the right one.

    `position` is the step or row that the question is about, counted from 0, and `names` the tokens or words that it
    names.
    """

    choices: tuple[T, ...]
    values: tuple[float, ...]
    right: int
    position: int = 0
    names: tuple[str, ...] = ()


class Head(NamedTuple):
    """A head, its layer and itself counted from 0."""

    layer: int
    head: int


# ---- the translation ----


def helper(run: Run) -> Exercise[str] | None:
    """Which source word added most to a target word's logit after the first; the figures are the shares.

    The target word asked about is the one whose second largest share is largest, of those whose first two source words
    differ; `names` are it and its first word.
    """
    found = source_words(run)
    words = [i for i, word in enumerate(found.source) if not word.special]
    if len(words) < 4:
        return None
    ranked = {
        t: sorted(words, key=lambda s: -found.share[t, s])
        for t, word in enumerate(found.target)
        if not word.special and bare(word.text)
    }
    # the same word twice: no name tells the two apart
    asked = [t for t, (first, second, *_) in ranked.items() if found.source[first].text != found.source[second].text]
    if not asked:
        return None
    t = max(asked, key=lambda t: found.share[t, ranked[t][1]])
    first = ranked[t][0]
    words = [i for i in words if found.source[i].text != found.source[first].text]
    places = _chosen(found.share[t, words], MOST, [found.source[i].text for i in words])
    if places is None:
        return None
    return Exercise(
        choices=tuple(found.source[words[i]].text for i in places.all),
        values=tuple(float(found.share[t, words[i]]) for i in places.all),
        right=places.right,
        names=(found.target[t].text, found.source[first].text),
    )


def dropped(run: Run) -> Exercise[str] | None:
    """Which beginning the beam dropped at a step, of the kept ones the worst beside it; the figures are their scores.

    The step asked about is the one where the best that was dropped came nearest to what was kept.
    """
    try:
        tree = beam_tree(run)
    except ValueError:  # all tokens were given, and nothing was searched
        return None
    near: dict[int, tuple[float, Node, list[Node]]] = {}  # by step: how near, what was dropped, and all choices

    def said(node: Node) -> str:
        return run.tokenizer.decode((*run.prompt.start, *run.prefix, *tree.ids(node.id)))

    for step in range(len(tree.penalties)):
        looked = [node for node in tree.nodes if node.step == step and node.token.id != run.tokenizer.eos_id]
        kept = [node for node in looked if node.state == "alive"][-(HEADS - 1) :]
        lost = [node for node in looked if node.state == "pruned"][:1]
        chosen = sorted((*kept, *lost), key=said)
        if len(kept) > 1 and lost and len(set(map(said, chosen))) == len(chosen):
            near[step] = kept[-1].score - lost[0].score, lost[0], chosen
    far_enough = [step for step, (gap, *_) in near.items() if gap >= APART]
    if not far_enough:
        return None
    step = min(far_enough, key=lambda step: near[step][0])
    _, lost, chosen = near[step]
    return Exercise(
        choices=tuple(map(said, chosen)),
        values=tuple(node.score for node in chosen),
        right=chosen.index(lost),
        position=step,
    )


# ---- the next token ----


def least_sure(run: Run) -> Exercise[Token] | None:
    """Which token of the translation had the lowest probability; the figures are the probabilities."""
    written = [token for token in run.target_out if not (token.given or token.special)]
    surprise = np.array([-math.log(max(token.probability, 1e-12)) for token in written])
    places = _chosen(surprise, MOST, [token.text for token in written])
    if places is None:
        return None
    return Exercise(
        choices=tuple(written[i] for i in places.all),
        values=tuple(written[i].probability for i in places.all),
        right=places.right,
        position=run.target_out.index(written[places.all[places.right]]),
    )


def runner_up(run: Run) -> Exercise[Token] | None:
    """Which other token had the best chance where the model was most torn; the figures are the probabilities."""

    def rivals(position: int) -> list[Candidate]:
        found = distribution(run, position, n_shown=CANDIDATES)
        return [each for each in found.candidates if each.id != found.chosen.id]

    free = (i for i, token in enumerate(run.target_out) if not (token.given or token.special))
    found = {i: others for i in free if not (others := rivals(i))[0].special}
    if not found:
        return None
    position = max(found, key=lambda i: found[i][0].probability)
    words = [each for each in found[position] if not each.special]
    probabilities, tokens = [each.probability for each in words], run.tokens(each.id for each in words)
    places = _chosen(np.array(probabilities), HEADS, [token.text for token in tokens])
    if places is None:
        return None
    right = tokens[places.all[places.right]]
    ordered = sorted(places.all, key=lambda i: tokens[i].text)
    return Exercise(
        choices=tuple(tokens[i] for i in ordered),
        values=tuple(probabilities[i] for i in ordered),
        right=[tokens[i] for i in ordered].index(right),
        position=position,
        names=(run.target_out[position].text,),
    )


# ---- attention ----


def hardest_look(run: Run) -> Exercise[Head] | None:
    """Which head of the cross-attention put most weight on the source word that has the largest share of a target word.

    The figures are the weights: of a word's pieces the mean where they look, the sum where they are looked at.
    """
    found = source_words(run)
    words = [i for i, word in enumerate(found.source) if not word.special and bare(word.text)]
    asked = [t for t, word in enumerate(found.target) if not word.special and bare(word.text)]
    if not (words and asked):
        return None
    t, s = max(((t, s) for t in asked for s in words), key=lambda pair: found.share[pair])
    weights = attention_maps(run, "cross").weights[:, :, list(found.target[t].tokens)]
    looks = weights[..., list(found.source[s].tokens)].sum(axis=-1).mean(axis=-1)
    return _of_heads(looks, (found.target[t].text, found.source[s].text))


def walker(run: Run) -> Exercise[Head] | None:
    """Which head of the cross-attention goes along the source while the translation is written.

    The figures: how far the middle of its look moves from the first row to the last, by the straight line nearest to
    it, as a part of the source's length.
    """
    weights = attention_maps(run, "cross").weights.astype(np.float64)
    n_rows, n_columns = weights.shape[2:]
    if min(n_rows, n_columns) < 4:
        return None
    middle = weights @ np.arange(n_columns)  # (L, H, R)
    rows = np.arange(n_rows) - (n_rows - 1) / 2
    way = (middle @ rows) / (rows @ rows) * (n_rows - 1) / (n_columns - 1)
    return _of_heads(way, (), clear=0.5) if way.max() >= WALKS else None


def resting_place(run: Run) -> Exercise[Token] | None:
    """Which token gets most attention from all heads of the side that reads the text; the figures are their means."""
    weights = attention_maps(run, run.reading_side).weights
    means, tokens = weights.astype(np.float64).mean(axis=(0, 1, 2)), run.keys(run.reading_side)
    places = _chosen(means, MOST, [token.text for token in tokens])
    if places is None:
        return None
    return Exercise(
        choices=tuple(tokens[i] for i in places.all),
        values=tuple(float(means[i]) for i in places.all),
        right=places.right,
    )


# ---- inside, layers, switches ----


def hidden(run: Run) -> Exercise[int] | None:
    """How many of the tokens that the decoder reads the mask hides from the third; the figures are the choices."""
    n, position = len(run.target_in), 2
    if n < position + 3:
        return None
    right = int((~causal_mask(n, n)[0, 0, position]).sum())
    choices = sorted({right, position, position + 1, n - right + position, n})
    return Exercise(
        choices=tuple(choices),
        values=tuple(map(float, choices)),
        right=choices.index(right),
        position=position,
        names=(run.target_in[position].text,),
    )


def settles(run: Run) -> Exercise[Token] | None:
    """After which layer of the decoder a token that it writes is its best guess and stays so.

    The choices are the best guesses at each depth, that of the embedding first, and the figures their probabilities.
    The token asked about starts a word, and of those it settles first, if not before all layers.
    """
    lens = logit_lens(run)
    since: dict[int, int] = {}
    for position, token in enumerate(lens.writes):
        missed = [depth for depth, rank in enumerate(lens.written_ranks[:, position]) if rank != 1]
        depth = missed[-1] + 1 if missed else 0
        if _starts_word(run.target_out, position) and 0 < depth < len(lens.guesses) and not token.special:
            since[position] = depth
    if not since:
        return None
    position = min(since, key=lambda place: since[place])
    return Exercise(
        choices=tuple(guesses[position] for guesses in lens.guesses),
        values=tuple(float(row[position]) for row in lens.probabilities),
        right=since[position],
        position=position,
        names=(run.target_out[position].text,),
    )


def without_positions(run: Run) -> Exercise[str] | None:
    """What is written without positions, beside other hypotheses and what is written without the division by √d_k."""
    if run.config.positions == "none":
        return None
    kind = run.kinds[-1]
    right, other = (switched_text(run, Switch(name=name, kind=kind)) for name in ("positions", "scale"))
    choices = sorted([*dict.fromkeys([right, other, *(each.text for each in run.own.translations)])][:HEADS])
    return Exercise(choices=tuple(choices), values=(), right=choices.index(right)) if len(choices) > 2 else None


# ---- what they share ----


class _Places(NamedTuple):
    all: list[int]
    right: int


def _chosen(values: Float[np.ndarray, " n"], most: int, names: Sequence[str], clear: float = CLEAR) -> _Places | None:
    """The place of the largest value, and of others over all ranks that are clearly smaller; no two of one name."""
    order = np.argsort(-values, kind="stable").tolist()
    if not order or values[order[0]] <= 0:
        return None
    best, others = order[0], []
    for place in order[1:]:
        if values[place] <= clear * values[best] and names[place] not in {names[i] for i in (best, *others)}:
            others.append(place)
    if len(others) < 2:
        return None
    ranks = np.linspace(0, len(others) - 1, min(most - 1, len(others))).round().astype(int)
    places = sorted([best, *(others[rank] for rank in ranks)])
    return _Places(places, places.index(best))


def _of_heads(values: Float[np.ndarray, "L H"], names: tuple[str, ...], clear: float = CLEAR) -> Exercise[Head] | None:
    heads = [Head(int(layer), int(head)) for layer, head in np.ndindex(*values.shape)]
    places = _chosen(values.reshape(-1), HEADS, [str(head) for head in heads], clear)
    if places is None:
        return None
    return Exercise(
        choices=tuple(heads[i] for i in places.all),
        values=tuple(float(values[heads[i]]) for i in places.all),
        right=places.right,
        names=names,
    )


def _starts_word(tokens: Sequence[TargetToken], position: int) -> bool:
    return not tokens[position].is_punctuation and (position == 0 or tokens[position - 1].word != tokens[position].word)
