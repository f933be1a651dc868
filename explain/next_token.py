"""What the model thought would come next (§3.4), at every position of a run, and what if another token had come.

T target positions, V vocab_size.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from explain.checks import check_text, number, whole_number
from explain.passes import batch_of
from explain.run import Run, Settings
from explain.runner import MAX_CHARACTERS, Runner
from model.decoding import sample
from model.sampling import sampling_distribution

MAX_TEMPERATURE = 10.0
MIN_TEMPERATURE = 0.01  # below, log-probabilities over it leave float32's range; 0 itself means the most probable
MAX_SEED = 2**32 - 1
MAX_SHOWN = 100


@dataclass(frozen=True, kw_only=True)
class Sampling:
    """How a token is drawn: temperature 0 (the most probable) or 0.01 to 10, top_k 0 (all) or more, 0 < top_p <= 1.

    Raises:
        ValueError: a value is out of range.
    """

    temperature: float = 1.0
    top_k: int = 0
    top_p: float = 1.0

    def __post_init__(self) -> None:
        number("temperature", self.temperature, 0, MAX_TEMPERATURE)
        if 0 < self.temperature < MIN_TEMPERATURE:
            raise ValueError(f"temperature: expected 0, or {MIN_TEMPERATURE} or more; found {self.temperature!r}")
        whole_number("top_k", self.top_k, 0, 2**31 - 1)
        number("top_p", self.top_p, 0, 1)
        if self.top_p == 0:
            raise ValueError("top_p: expected more than 0 and at most 1; found 0: take top_k 1 for one token")


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A token that could come: the model's probability for it, and that with which sampling would draw it."""

    id: int
    text: str
    special: bool
    probability: float
    sampling_probability: float


@dataclass(frozen=True, kw_only=True)
class Distribution:
    """The next token at one position: the most probable candidates, and what is known of all others together.

    `probability` is over the whole vocabulary. `sampling_probability` comes after temperature, top-k and top-p, and
    sampling never draws a token that the model's own search may not choose either. Entropies are in bits. Rank 1 is the
    most probable token.
    """

    position: int
    sampling: Sampling
    candidates: tuple[Candidate, ...]
    n_rest: int
    rest_probability: float
    rest_sampling_probability: float
    entropy_bits: float
    sampling_entropy_bits: float
    chosen: Candidate
    chosen_rank: int


def distribution(run: Run, position: int, sampling: Sampling = Sampling(), n_shown: int = 10) -> Distribution:
    """What could have stood at `position` of the translation; computed from the inspected pass, without another.

    Raises:
        ValueError: no such position, or `n_shown` is not from 1 to 100.
    """
    _check_position(run, position)
    n_shown = min(whole_number("n_shown", n_shown, 1, MAX_SHOWN), run.config.vocab_size)
    log_probs = _log_probs(run.trace["logits"][0, position])
    allowed = log_probs.clone()
    allowed[list(run.forbidden_ids)] = float("-inf")
    sampled = sampling_distribution(allowed, sampling.temperature, sampling.top_k, sampling.top_p)
    probs = log_probs.exp()
    order = log_probs.argsort(descending=True, stable=True)
    shown, rest = order[:n_shown], order[n_shown:]

    def candidate(token_id: int) -> Candidate:
        [token] = run.tokens([token_id])
        return Candidate(
            id=token_id,
            text=token.text,
            special=token.special,
            probability=probs[token_id].item(),
            sampling_probability=sampled[token_id].item(),
        )

    chosen = run.target_out[position].id
    return Distribution(
        position=position,
        sampling=sampling,
        candidates=tuple(candidate(token_id) for token_id in shown.tolist()),
        n_rest=len(rest),
        rest_probability=probs[rest].sum().item(),
        rest_sampling_probability=sampled[rest].sum().item(),
        entropy_bits=_entropy_bits(probs).item(),
        sampling_entropy_bits=_entropy_bits(sampled).item(),
        chosen=candidate(chosen),
        chosen_rank=_rank(log_probs, chosen),
    )


@dataclass(frozen=True, kw_only=True)
class Steps:
    """The chosen token at each position: its probability, its rank (1 = most probable), and the entropy there."""

    probabilities: Float[np.ndarray, " T"]
    ranks: Int[np.ndarray, " T"]
    entropies_bits: Float[np.ndarray, " T"]


def steps(run: Run) -> Steps:
    """All positions of the translation at a glance."""
    probabilities, ranks, entropies_bits = [], [], []
    # one at a time: all of them in float64 would be 65 MB of a large vocabulary
    for token_id, logits in zip(run.translation.ids, run.trace["logits"][0], strict=True):
        log_probs = _log_probs(logits)
        probabilities.append(log_probs[token_id].exp().item())
        ranks.append(_rank(log_probs, token_id))
        entropies_bits.append(_entropy_bits(log_probs.exp()).item())
    return Steps(probabilities=np.array(probabilities), ranks=np.array(ranks), entropies_bits=np.array(entropies_bits))


def force(runner: Runner, run: Run, position: int, token_id: int) -> Run:
    """The run with another token at `position`: those before it stay, and the search goes on behind it.

    Raises:
        ValueError: no such position or token id, a token that no search may choose, or a place in the text that a
            language model continues.
    """
    _check_free(run, position)
    return runner.run(run.text, run.settings, 0, (*run.translation.ids[run.n_text : position], token_id))


def sample_on(runner: Runner, run: Run, position: int, sampling: Sampling, seed: int) -> Run:
    """The run in which the tokens from `position` on are drawn; all of them are `given`, so that it can be reopened.

    Raises:
        ValueError: no such position, one in the text that a language model continues, or the seed is not from 0 to
            4,294,967,295.
    """
    _check_free(run, position)
    kept, src = run.translation.ids[:position], run.prompt.src
    [drawn] = sample(
        run.network,
        batch_of(run.network, src) if src else None,
        temperature=sampling.temperature,
        top_k=sampling.top_k,
        top_p=sampling.top_p,
        seed=whole_number("seed", seed, 0, MAX_SEED),
        start=[run.target_in[0].id, *kept],
        max_length=run.limit - position,
        forbidden=run.forbidden_ids,
    )
    return runner.run(run.text, run.settings, 0, (*kept[run.n_text :], *drawn.ids))


def from_prefix(runner: Runner, text: str, settings: Settings, prefix: str) -> Run:
    """The run whose translation begins with a typed text; an empty one asks for nothing.

    For a language model it comes behind the text, with a space between the two unless one of them has it.

    Raises:
        ValueError: as `Runner.run`, or the prefix is too long.
    """
    check_text("target prefix", prefix, MAX_CHARACTERS)
    if prefix and not runner.translates and not (prefix[0].isspace() or text[-1:].isspace()):
        prefix = f" {prefix}"
    return runner.run(text, settings, 0, runner.tokenizer.encode(prefix))


def _log_probs(logits: Float[Tensor, " V"]) -> Float[Tensor, " V"]:
    # float64, so that the mass of thousands of small probabilities is summed without loss
    return logits.double().log_softmax(dim=-1)


def _rank(log_probs: Float[Tensor, " V"], chosen: int) -> int:
    return 1 + int((log_probs > log_probs[chosen]).sum())


def _entropy_bits(probs: Float[Tensor, " V"]) -> Float[Tensor, ""]:
    return torch.special.entr(probs).sum(dim=-1) / np.log(2)


def _check_position(run: Run, position: int) -> None:
    whole_number("position", position, 0, len(run.target_out) - 1)


def _check_free(run: Run, position: int) -> None:
    """Refuses a place that is not there, or not the model's to fill."""
    hint = " (before it stands the text itself: change it above)" if run.n_text else ""
    whole_number("position", position, run.n_text, len(run.target_out) - 1, hint)
