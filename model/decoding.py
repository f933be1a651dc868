"""Turning next-token distributions into sequences (§6.1): greedy, beam search, sampling.

Token ids in, token ids and log-probabilities out; nothing here knows about text.

B sentences, S source positions, W live beams a sentence, V vocab_size.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import torch
from jaxtyping import Int
from torch import Tensor

from .cache import KeyValueCache
from .sampling import sampling_distribution
from .taps import is_inspecting
from .top_k import top_k
from .transformer import Transformer

EXTRA_TOKENS = 50  # a translation has at most the source's length + 50 tokens (§6.1)
LARGEST_ALPHA = 10.0  # of the length penalty: what is above has long lost its meaning, and at last overflows


@dataclass(frozen=True, kw_only=True)
class Hypothesis:
    """A decoded sequence: `ids` end with eos unless the length limit cut them.

    `log_probs`, one a token, in nats, are the model's own unless beam search was told to renormalize them; `score` is
    their sum over the length penalty.
    """

    ids: tuple[int, ...]
    log_probs: tuple[float, ...]
    score: float


@torch.inference_mode()
def greedy(
    model: Transformer,
    src: Int[Tensor, "B S"] | None,
    *,
    start: Sequence[int] | None = None,
    max_length: int | None = None,
    forbidden: Sequence[int] = (),
) -> list[Hypothesis]:
    """The most probable token at each step, one hypothesis a sentence.

    `src` is None for a decoder-only model; `start` is what the decoder has read already (default: bos alone);
    `max_length` limits the tokens decoded (default: source length + 50, §6.1); `forbidden` ids are never chosen.

    Raises:
        ValueError: an argument is out of range.
    """
    return _decode_stepwise(
        model, src, start, max_length, forbidden, lambda log_probs, sentences: log_probs.argmax(dim=-1).tolist()
    )


@torch.inference_mode()
def sample(
    model: Transformer,
    src: Int[Tensor, "B S"] | None,
    *,
    temperature: float = 1.0,
    top_k: int = 0,
    top_p: float = 1.0,
    seed: int = 0,
    start: Sequence[int] | None = None,
    max_length: int | None = None,
    forbidden: Sequence[int] = (),
) -> list[Hypothesis]:
    """A token drawn at each step from `sampling_distribution`; other arguments as for `greedy`.

    Sentence i draws from its own generator, seeded `seed + i`, so that its neighbours do not change it.

    Raises:
        ValueError: an argument is out of range.
    """
    generators: dict[int, torch.Generator] = {}

    def draw(log_probs: Tensor, sentences: Sequence[int]) -> list[int]:
        probs = sampling_distribution(log_probs, temperature, top_k, top_p).cpu()
        for sentence in set(sentences) - set(generators):
            generators[sentence] = torch.Generator().manual_seed(seed + sentence)
        return [
            int(torch.multinomial(row, 1, generator=generators[sentence]))
            for row, sentence in zip(probs, sentences, strict=True)
        ]

    return _decode_stepwise(model, src, start, max_length, forbidden, draw)


def length_penalty(length: int, alpha: float, offset: int = 5) -> float:
    """((offset + length) / (offset + 1))^alpha; the paper uses alpha = 0.6 (§6.1).

    Offset 5 is that of Wu et al. 2016, equation 14; offset 0, which leaves length^alpha, that of Marian.
    """
    return ((offset + length) / (offset + 1)) ** alpha


@dataclass(frozen=True, kw_only=True)
class BeamSettings:
    """How to search with `beam_search`, whose arguments these are; by default as in the paper (§6.1)."""

    beam_size: int = 4
    alpha: float = 0.6
    length_offset: int = 5
    early_stopping: bool = True
    renormalize: bool = False
    forbidden: tuple[int, ...] = ()


class Beam(NamedTuple):
    """The beginning of a translation: `ids`, the log-probability of each, and their sum.

    `parent` says which of the beams that lived before it continues.
    """

    parent: int
    ids: tuple[int, ...]
    log_probs: tuple[float, ...]
    total: float


@dataclass(frozen=True, kw_only=True)
class BeamStep:
    """One step of the search for one sentence, for whoever watches it: its best candidates, best first.

    Some of them live on, some have ended and become hypotheses; the others are pruned.
    """

    sentence: int
    candidates: Sequence[Beam]
    lives: Sequence[Beam]
    ended: Sequence[Beam]


@torch.inference_mode()
def beam_search(
    model: Transformer,
    src: Int[Tensor, "B S"] | None,
    *,
    beam_size: int = 4,
    alpha: float = 0.6,
    length_offset: int = 5,
    early_stopping: bool = True,
    renormalize: bool = False,
    n_best: int = 1,
    start: Sequence[int] | None = None,
    max_length: int | None = None,
    forbidden: Sequence[int] = (),
    watch: Callable[[BeamStep], None] | None = None,
) -> list[list[Hypothesis]]:
    """The best `n_best` hypotheses a sentence by score, best first (§6.1); other arguments as for `greedy`.

    At each step the `beam_size` best continuations survive. A sentence leaves the batch, and costs nothing more, once
    `beam_size` hypotheses have ended or no live beam can still reach the n best. Without `early_stopping` the search
    goes on until the best live beam, at its present length, scores no better than the `beam_size` best that have ended
    (as `transformers` does by default). `renormalize` makes the probabilities of the ids not `forbidden` sum to 1.
    `watch` is told of each step.

    Raises:
        ValueError: an argument is out of range.
    """
    if beam_size < 1:
        raise ValueError(f"beam_size: expected 1 or more; found {beam_size}")
    if not abs(alpha) <= LARGEST_ALPHA:
        raise ValueError(f"alpha: expected -{LARGEST_ALPHA} to {LARGEST_ALPHA}; found {alpha}")
    if not 1 <= n_best <= beam_size:
        raise ValueError(f"n_best: expected 1 to beam_size={beam_size}; found {n_best}")
    prefix, sources, limits = _prepare(model, src, start, max_length, forbidden)
    memory, memory_mask = _encode(model, src)
    cache = model.new_cache()
    eos = model.config.eos_id
    penalty = partial(length_penalty, alpha=alpha, offset=length_offset)

    finished: list[list[Hypothesis]] = [[] for _ in sources]
    # those still searching, in the order of the batch, each with as many beams as the others: one at first
    live = {sentence: [Beam(parent=0, ids=(), log_probs=(), total=0.0)] for sentence in sources}
    new = torch.tensor([prefix] * len(live), device=model.device)
    for length in range(1, max(limits) + 1):
        log_probs = _next_log_probs(model, new, memory, memory_mask, cache, forbidden)  # (B * W, V)
        if renormalize:
            log_probs = log_probs.log_softmax(dim=-1)
        width = len(log_probs) // len(live)
        totals = log_probs.new_tensor([beam.total for beams in live.values() for beam in beams])
        # at most one continuation of each beam is eos, so among 2 * beam_size there are enough to live on; what is not
        # among the best of its own beam is not among the best of all
        of_each, tokens = top_k(log_probs, 2 * beam_size)  # (B * W, K)
        candidates = (totals[:, None] + of_each).view(len(live), -1)  # (B, W * K)
        scores, picks = top_k(candidates, 2 * beam_size)
        parents = picks // of_each.shape[-1]
        chosen = [each.view_as(candidates).gather(1, picks) for each in (tokens, of_each)]

        going_on: dict[int, list[Beam]] = {}
        kept: list[int] = []  # their rows among the sentences that were live
        found = zip(live.items(), *(each.tolist() for each in (scores, parents, *chosen)), strict=True)
        for row, ((sentence, beams), *best) in enumerate(found):
            grown = [
                Beam(
                    parent=parent,
                    ids=(*beams[parent].ids, token),
                    log_probs=(*beams[parent].log_probs, log_prob),
                    total=total,
                )
                for total, parent, token, log_prob in zip(*best, strict=True)
            ]
            lives = [beam for beam in grown if beam.ids[-1] != eos][: min(beam_size, len(grown) - width)]
            ended = [beam for beam in grown[:beam_size] if beam.ids[-1] == eos]
            if watch is not None:
                watch(BeamStep(sentence=sentence, candidates=grown, lives=lives, ended=ended))
            cut = lives if length == limits[sentence] else []  # what lives is ended as it stands
            hypotheses = finished[sentence]
            hypotheses += [
                _hypothesis(beam.ids, beam.log_probs, penalty(length))
                for beam in (*ended, *cut)
                if beam.total > float("-inf")
            ]
            hypotheses.sort(key=lambda hypothesis: -hypothesis.score)
            # a live beam's total can only fall; at best it falls no further and has the most favourable length
            best_divisor = max(penalty(length + 1), penalty(limits[sentence]))
            within_reach = len(hypotheses) < n_best or lives[0].total / best_divisor > hypotheses[n_best - 1].score
            full = len(hypotheses) >= beam_size
            if full and not early_stopping:
                full = lives[0].total / penalty(length) <= hypotheses[beam_size - 1].score
            if length < limits[sentence] and not full and within_reach:
                going_on[sentence] = lives
                kept.append(row)
        if not going_on:
            break

        new = torch.tensor([beam.ids[-1:] for beams in going_on.values() for beam in beams], device=model.device)
        rows = [width * row + beam.parent for row, beams in zip(kept, going_on.values(), strict=True) for beam in beams]
        if rows != list(range(len(log_probs))):
            cache.select(torch.tensor(rows, device=model.device))
        if len(kept) < len(live):
            memory, memory_mask = _keep(torch.tensor(kept, device=model.device), memory, memory_mask, cache)
        live = going_on
    return [hypotheses[:n_best] for hypotheses in finished]


def _decode_stepwise(
    model: Transformer,
    src: Tensor | None,
    start: Sequence[int] | None,
    max_length: int | None,
    forbidden: Sequence[int],
    choose: Callable[[Tensor, Sequence[int]], list[int]],
) -> list[Hypothesis]:
    """One token a sentence at a time, as `choose(log_probs, sentences)` says; finished sentences leave the batch."""
    prefix, sources, limits = _prepare(model, src, start, max_length, forbidden)
    memory, memory_mask = _encode(model, src)
    cache = model.new_cache()
    ids: list[list[int]] = [[] for _ in sources]
    log_probs: list[list[float]] = [[] for _ in sources]
    live = list(sources)
    new = torch.tensor([prefix] * len(live), device=model.device)
    while live:
        step_log_probs = _next_log_probs(model, new, memory, memory_mask, cache, forbidden)
        chosen = choose(step_log_probs, live)
        new = torch.tensor(chosen, device=model.device)[:, None]
        for sentence, token, log_prob in zip(live, chosen, step_log_probs.gather(1, new)[:, 0].tolist(), strict=True):
            ids[sentence].append(token)
            log_probs[sentence].append(log_prob)
        going_on = [
            row
            for row, sentence in enumerate(live)
            if ids[sentence][-1] != model.config.eos_id and len(ids[sentence]) < limits[sentence]
        ]
        if len(going_on) < len(live):
            rows = torch.tensor(going_on, dtype=torch.long, device=model.device)
            cache.select(rows)
            memory, memory_mask = _keep(rows, memory, memory_mask, cache)
            live, new = [live[row] for row in going_on], new[rows]
    return [_hypothesis(*pair, penalty=1) for pair in zip(ids, log_probs, strict=True)]


def _prepare(
    model: Transformer,
    src: Tensor | None,
    start: Sequence[int] | None,
    max_length: int | None,
    forbidden: Sequence[int],
) -> tuple[list[int], range, list[int]]:
    """The decoder's first tokens, the sentences, and how many tokens each may get."""
    config = model.config
    prefix = [config.bos_id] if start is None else list(start)
    if not prefix or not all(0 <= token < config.vocab_size for token in prefix):
        raise ValueError(f"start: expected one or more ids from 0 to {config.vocab_size - 1}; found {prefix}")
    if not all(0 <= token < config.vocab_size for token in forbidden):
        raise ValueError(f"forbidden: expected ids from 0 to {config.vocab_size - 1}; found {list(forbidden)}")
    if max_length is not None and max_length < 1:
        raise ValueError(f"max_length: expected 1 or more; found {max_length}")
    room = config.max_positions - len(prefix) + 1  # the last token chosen is not read again
    if room < 1:
        raise ValueError(f"start: expected at most {config.max_positions} tokens; found {len(prefix)}")
    if src is None:
        return prefix, range(1), [min(room, max_length or EXTRA_TOKENS)]
    lengths = (src != config.pad_id).sum(dim=1).tolist()
    return prefix, range(len(lengths)), [min(room, max_length or length + EXTRA_TOKENS) for length in lengths]


def _encode(model: Transformer, src: Tensor | None) -> tuple[Tensor | None, Tensor | None]:
    return (None, None) if src is None else (model.encode(src), model.src_mask(src))


def _keep(
    rows: Tensor, memory: Tensor | None, memory_mask: Tensor | None, cache: KeyValueCache
) -> tuple[Tensor | None, Tensor | None]:
    """The encoder's output for these sentences alone, in the cache too."""
    if memory is None or memory_mask is None:
        return None, None
    cache.select_sources(rows)
    return memory[rows], memory_mask[rows]


def _next_log_probs(
    model: Transformer,
    new: Tensor,
    memory: Tensor | None,
    memory_mask: Tensor | None,
    cache: KeyValueCache,
    forbidden: Sequence[int],
) -> Tensor:
    logits = model.decode(new, memory, memory_mask, cache)[:, -1].float()
    # In place, unless a recording may hold them: 16 MB more at each step of 64 sentences take as long as the softmax.
    log_probs = torch.log_softmax(logits, dim=-1, out=None if is_inspecting() else logits)
    if forbidden:
        log_probs[:, list(forbidden)] = float("-inf")
    return log_probs


def _hypothesis(ids: Sequence[int], log_probs: Sequence[float], penalty: float) -> Hypothesis:
    return Hypothesis(ids=tuple(ids), log_probs=tuple(log_probs), score=sum(log_probs) / penalty)
