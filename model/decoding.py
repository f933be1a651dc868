"""Turning next-token distributions into sequences (§6.1): greedy, beam search, sampling.

Token ids in, token ids and log-probabilities out; nothing here knows about text.

B sentences, S source positions, W live beams a sentence, V vocab_size.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from .cache import KeyValueCache
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
    return _decode_stepwise(model, src, start, max_length, forbidden, lambda log_probs, row: int(log_probs.argmax()))


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

    def draw(log_probs: Tensor, row: int) -> int:
        if row not in generators:
            generators[row] = torch.Generator().manual_seed(seed + row)
        probs = sampling_distribution(log_probs, temperature, top_k, top_p).cpu()
        return int(torch.multinomial(probs, 1, generator=generators[row]))

    return _decode_stepwise(model, src, start, max_length, forbidden, draw)


def sampling_distribution(
    log_probs: Float[Tensor, "*batch V"], temperature: float = 1.0, top_k: int = 0, top_p: float = 1.0
) -> Float[Tensor, "*batch V"]:
    """Probabilities after temperature, then top-k (0: all), then top-p (nucleus, 1: all), renormalised.

    Temperature 0 puts everything on the most probable token. Top-p keeps the fewest most probable tokens whose
    probabilities reach `top_p`.

    Raises:
        ValueError: temperature < 0, top_k < 0, or top_p outside (0, 1].
    """
    if not temperature >= 0:
        raise ValueError(f"temperature: expected 0 or more; found {temperature}")
    if top_k < 0:
        raise ValueError(f"top_k: expected 0 (all) or more; found {top_k}")
    if not 0 < top_p <= 1:
        raise ValueError(f"top_p: expected more than 0 and at most 1; found {top_p}")
    if temperature == 0:
        return torch.zeros_like(log_probs).scatter_(-1, log_probs.argmax(dim=-1, keepdim=True), 1.0)
    probs = (log_probs / temperature).softmax(dim=-1)
    ranked, order = probs.sort(dim=-1, descending=True, stable=True)
    if 0 < top_k < probs.shape[-1]:
        ranked[..., top_k:] = 0
        ranked /= ranked.sum(dim=-1, keepdim=True)
    if top_p < 1:
        before = ranked.cumsum(dim=-1) - ranked  # the mass of more probable tokens
        ranked = torch.where(before < top_p, ranked, 0)
    ranked /= ranked.sum(dim=-1, keepdim=True)
    return torch.zeros_like(probs).scatter_(-1, order, ranked)


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


@dataclass(frozen=True, kw_only=True)
class BeamStep:
    """One step of a search, for whoever watches it: of each sentence, its best candidates, best first.

    `sentences` are those still searching, in the order of the rows. `parents` are rows of beams that lived before this
    step, `width` to a sentence; at the first step, one. A candidate's `totals` is the sum of its log-probabilities.
    Those that `lives` names by rank live on; those that `ended` holds have become hypotheses; the others are pruned.
    """

    sentences: Sequence[int]
    width: int
    parents: Int[Tensor, "B K"]
    ids: Int[Tensor, "B K"]
    totals: Float[Tensor, "B K"]
    lives: Int[Tensor, "B W"]
    ended: Bool[Tensor, "B K"]


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
    sentences = list(sources)  # those still searching, in the order of the batch
    tokens = torch.tensor([prefix] * len(sentences), device=model.device)  # (rows, start + decoded)
    token_log_probs = torch.zeros(len(sentences), 0, device=model.device)
    totals = torch.zeros(len(sentences), 1, device=model.device)  # (B, W): one beam at first, so W = 1

    def end(sentence: int, parent: int, token: int) -> None:
        decoded = [*tokens[parent, len(prefix) :].tolist(), token]
        decoded_log_probs = [*token_log_probs[parent].tolist(), log_probs[parent, token].item()]
        finished[sentence].append(_hypothesis(decoded, decoded_log_probs, penalty(len(decoded))))

    for length in range(1, max(limits) + 1):
        new = tokens[:, cache.length :]
        log_probs = _next_log_probs(model, new, memory, memory_mask, cache, forbidden)  # (B * W, V)
        if renormalize:
            log_probs = log_probs.log_softmax(dim=-1)
        width, vocab_size = totals.shape[1], log_probs.shape[-1]
        candidates = (totals.view(-1, 1) + log_probs).view(len(sentences), width * vocab_size)
        # at most one continuation of each beam is eos, so among 2 * beam_size there are enough to live on
        scores, picks = candidates.topk(min(2 * beam_size, width * vocab_size), dim=-1)
        parents = picks // vocab_size + width * torch.arange(len(sentences), device=picks.device)[:, None]
        ids = picks % vocab_size
        ends = ids == eos

        ended = ends & (scores > float("-inf"))
        ended[:, beam_size:] = False
        for i, rank in ended.nonzero().tolist():
            end(sentences[i], int(parents[i, rank]), eos)

        lives = ends.int().argsort(dim=-1, stable=True)[:, : min(beam_size, scores.shape[1] - width)]
        if watch is not None:
            watch(
                BeamStep(
                    sentences=sentences, width=width, parents=parents, ids=ids, totals=scores, lives=lives, ended=ended
                )
            )
        totals, parents, ids = scores.gather(1, lives), parents.gather(1, lives), ids.gather(1, lives)

        going_on = []
        for i, sentence in enumerate(sentences):
            hypotheses = finished[sentence]
            if length == limits[sentence]:  # cut: what lives is ended as it stands
                for total, parent, token in zip(totals[i], parents[i], ids[i], strict=True):
                    if total > float("-inf"):
                        end(sentence, int(parent), int(token))
            hypotheses.sort(key=lambda hypothesis: -hypothesis.score)
            # a live beam's total can only fall; at best it falls no further and has the most favourable length
            best_divisor = max(penalty(length + 1), penalty(limits[sentence]))
            within_reach = len(hypotheses) < n_best or totals[i, 0] / best_divisor > hypotheses[n_best - 1].score
            full = len(hypotheses) >= beam_size
            if full and not early_stopping:
                full = totals[i, 0] / penalty(length) <= hypotheses[beam_size - 1].score
            if length < limits[sentence] and not full and within_reach:
                going_on.append(i)
        if not going_on:
            break

        totals, parents, ids = totals[going_on], parents[going_on].flatten(), ids[going_on].flatten()
        sentences = [sentences[i] for i in going_on]
        tokens = torch.cat([tokens[parents], ids[:, None]], dim=1)
        token_log_probs = torch.cat([token_log_probs[parents], log_probs[parents, ids][:, None]], dim=1)
        cache.select(parents)
        if memory is not None and memory_mask is not None:
            memory, memory_mask = memory[parents], memory_mask[parents]
    return [hypotheses[:n_best] for hypotheses in finished]


def _decode_stepwise(
    model: Transformer,
    src: Tensor | None,
    start: Sequence[int] | None,
    max_length: int | None,
    forbidden: Sequence[int],
    choose: Callable[[Tensor, int], int],
) -> list[Hypothesis]:
    """One token a sentence at a time, as `choose(log_probs, sentence)` says; finished sentences leave the batch."""
    prefix, sources, limits = _prepare(model, src, start, max_length, forbidden)
    memory, memory_mask = _encode(model, src)
    cache = model.new_cache()
    ids: list[list[int]] = [[] for _ in sources]
    log_probs: list[list[float]] = [[] for _ in sources]
    live = list(sources)
    new = torch.tensor([prefix] * len(live), device=model.device)
    while live:
        step_log_probs = _next_log_probs(model, new, memory, memory_mask, cache, forbidden)
        going_on = []
        for row, sentence in enumerate(live):
            token = choose(step_log_probs[row], sentence)
            ids[sentence].append(token)
            log_probs[sentence].append(step_log_probs[row, token].item())
            if token != model.config.eos_id and len(ids[sentence]) < limits[sentence]:
                going_on.append(row)
        if len(going_on) < len(live):
            rows = torch.tensor(going_on, dtype=torch.long, device=model.device)
            cache.select(rows)
            if memory is not None and memory_mask is not None:
                memory, memory_mask = memory[rows], memory_mask[rows]
            live = [live[row] for row in going_on]
        new = torch.tensor([ids[sentence][-1:] for sentence in live], device=model.device)
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


def _next_log_probs(
    model: Transformer,
    new: Tensor,
    memory: Tensor | None,
    memory_mask: Tensor | None,
    cache: KeyValueCache,
    forbidden: Sequence[int],
) -> Tensor:
    log_probs = model.decode(new, memory, memory_mask, cache)[:, -1].float().log_softmax(dim=-1)
    if forbidden:
        log_probs[:, list(forbidden)] = float("-inf")
    return log_probs


def _hypothesis(ids: list[int], log_probs: list[float], penalty: float) -> Hypothesis:
    return Hypothesis(ids=tuple(ids), log_probs=tuple(log_probs), score=sum(log_probs) / penalty)
