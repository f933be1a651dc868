"""Which word decided: vectors of one sentence's run, put into the run of another sentence that differs in a word.

S source positions, N encoder layers, P = N + 1 points (after the embedding and after each layer), B patched passes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor

from explain.depth import stream_paths
from explain.passes import batch_of
from explain.run import Run, Translation
from explain.search import search
from explain.tokens import TargetToken, Token, spelled
from model.taps import Change, Trace, intervene, record

MAX_TOKENS = 40  # of a sentence: each is patched after each layer, in a pass of its own
N_NAMED = 3  # differences that a message names


@dataclass(frozen=True, kw_only=True)
class Patching:
    """What single vectors of the `second` sentence's run change in the run of the `first`.

    Their translations part at `step`: there the first has `token`, the second `other_token`, and before it they are
    the same. A margin is logit(token) − logit(other_token) at this step, in the whole run of each sentence. `recovery`
    is (margin with the vector of the second − first_margin) / (second_margin − first_margin), by point and position: 0
    where the vector changes nothing, 1 where it does what the whole second sentence does; it may be negative, or more
    than 1. `changed` are the positions at which the sentences differ; `kept` is the recovery where these are patched
    at once.
    """

    first: Run
    second: Run
    step: int
    token: TargetToken
    other_token: TargetToken
    first_margin: float
    second_margin: float
    changed: tuple[int, ...]
    recovery: Float[np.ndarray, "P S"]
    kept: Float[np.ndarray, " P"]


def patch(run: Run, other: Run) -> Patching:
    """Patches each position of `run` from `other`, after the encoder's embedding and after each of its layers.

    Of both runs the best translation is compared, with nothing forced.

    Raises:
        ValueError: the model has no encoder, the runs are not of one model and one way to search, the sentences are the
            same, too long or of different numbers of tokens, or their translations do not part.
    """
    _check_sources(run, other)
    parting = Parting(run.own, other.own)
    changed = torch.tensor([a.id != b.id for a, b in zip(run.source, other.source, strict=True)])
    positions = torch.cat([torch.eye(len(changed), dtype=torch.bool), changed[None]])  # (S + 1, S)
    recovery = np.stack([parting.recovery(point, positions) for point in range(parting.n_points)])
    return Patching(
        first=parting.first,
        second=parting.second,
        step=parting.step,
        token=parting.token,
        other_token=parting.other_token,
        first_margin=parting.first_margin,
        second_margin=parting.second_margin,
        changed=tuple(changed.nonzero()[:, 0].tolist()),
        recovery=recovery[:, :-1],
        kept=recovery[:, -1],
    )


class Parting:
    """The step at which the translations of two sentences part, to be computed with any vectors of the second.

    Raises:
        ValueError: they do not part, or the second sentence does not change the margin there.
    """

    def __init__(self, first: Run, second: Run) -> None:
        self.first, self.second = first, second
        self.step = _step(first, second)
        self.token, self.other_token = first.target_out[self.step], second.target_out[self.step]
        self.first_margin, _ = self._recorded(first)
        self.second_margin, self._given = self._recorded(second)
        if self.first_margin == self.second_margin:
            raise ValueError(
                f"two sentences: expected the second to change how the model weighs “{spelled([self.token])}” against "
                f"“{spelled([self.other_token])}”; found no change: choose another word"
            )

    @property
    def n_points(self) -> int:
        """P, the points at which it can be patched."""
        return len(self._given)

    def recovery(self, point: int, positions: Bool[Tensor, "B S"]) -> Float[np.ndarray, " B"]:
        """The recovery in B passes, in each of which the vectors at some positions are the second sentence's."""
        with intervene(self._swapped(point, positions)):
            margins = self._margins(self.first, len(positions))
        return (margins - self.first_margin) / (self.second_margin - self.first_margin)

    def translation(self, point: int, positions: Bool[Tensor, " S"]) -> Translation:
        """What the search makes of the first sentence when the vectors at some positions are the second sentence's."""
        run = self.first
        with intervene(self._swapped(point, positions[None])):
            return search(run.text_model, run.prompt, run.settings).translations[0]

    def _swapped(self, point: int, positions: Bool[Tensor, "B S"]) -> dict[str, Change]:
        path, given = list(self._given.items())[point]
        places = positions[..., None].to(given.device)
        return {path: lambda x: torch.where(places, given, x)}

    def _recorded(self, run: Run) -> tuple[float, Trace]:
        """The margin in one sentence's own pass, and its vectors at each point."""
        paths = stream_paths(run, "encoder")
        with record(only=paths) as trace:  # of both, so that rounding is the same
            [margin] = self._margins(run).tolist()
        return margin, {path: trace[path] for path in paths}

    @torch.inference_mode()
    def _margins(self, run: Run, n: int = 1) -> Float[np.ndarray, " n"]:
        """The margin in n passes over one sentence at once."""
        network = run.network
        read = [token.id for token in self.first.target_in[: self.step + 1]]
        src, tgt = (batch_of(network, ids).expand(n, -1) for ids in (run.prompt.src, read))
        decoder = run.stack("decoder")
        x = decoder(tgt, network.encode(src), network.src_mask(src))  # (n, T, D)
        logits = network.project(x[:, -1:])[:, 0].double()  # (n, V): of the last step alone
        return (logits[:, self.token.id] - logits[:, self.other_token.id]).cpu().numpy()


def _step(first: Run, second: Run) -> int:
    ids = first.translation.ids, second.translation.ids
    for step, (a, b) in enumerate(zip(*ids, strict=False)):
        if a != b:
            return step
    text, eos_id = first.translation.text, first.tokenizer.eos_id
    if any(each[-1:] != (eos_id,) for each in ids):
        raise ValueError(
            f"two sentences: expected two translations that part; found one that was cut after "
            f"{min(map(len, ids))} tokens, before they do: take shorter sentences"
        )
    raise ValueError(
        f"two sentences: expected two translations; found the same one twice, “{text}”: change a word that the "
        f"translation says"
    )


# ---- which sentences can be compared ----


def check_model(run: Run) -> None:
    """Refuses a model that reads no source.

    Raises:
        ValueError: it has no encoder.
    """
    if not run.translates:
        raise ValueError(
            "two sentences: expected a model with an encoder and cross-attention; found a language model, which has no "
            "source to take vectors from: open a translator"
        )


def _check_sources(first: Run, second: Run) -> None:
    check_model(first)
    if first.network is not second.network or first.settings != second.settings:
        raise ValueError("two sentences: expected two runs of one model with the same settings; found different ones")
    n_first, n_second = first.prompt.n_tokens, second.prompt.n_tokens
    if (longest := max(n_first, n_second)) > MAX_TOKENS:
        raise ValueError(
            f"two sentences: expected at most {MAX_TOKENS} tokens in each, as every one is patched after every layer; "
            f"found {longest}: take shorter sentences"
        )
    if first.prompt.src == second.prompt.src:
        raise ValueError("two sentences: expected a word that differs; found the same sentence twice: change a word")
    if len(first.source) != len(second.source):
        raise ValueError(
            f"two sentences: expected as many pieces in both; found {n_first} and {n_second}. "
            f"{_differences(first.source, second.source)}: choose words of as many pieces, each in the other's place"
        )


def _differences(first: Sequence[Token], second: Sequence[Token]) -> str:
    """Which words stand where the sentences differ, and in how many pieces the vocabulary has them."""
    sides = _words(first), _words(second)
    spellings = ([spelled(word) for word in side] for side in sides)
    blocks = SequenceMatcher(None, *spellings, autojunk=False).get_opcodes()
    named = [
        f"{_pieces(sides[0][i1:i2])} against {_pieces(sides[1][j1:j2])}"
        for tag, i1, i2, j1, j2 in blocks
        if tag != "equal"
    ]
    return "They differ in " + ", ".join(named[:N_NAMED]) + (" …" if len(named) > N_NAMED else "")


def _words(tokens: Sequence[Token]) -> list[list[Token]]:
    return [list(word) for _, word in groupby(tokens, key=lambda token: (token.word, token.is_punctuation))]


def _pieces(words: Sequence[Sequence[Token]]) -> str:
    """“the doctor” (2 pieces: the doctor)"""
    tokens = [token for word in words for token in word]
    if not tokens:
        return "nothing"
    pieces = " · ".join(spelled([token]).strip() or "␣" for token in tokens)
    return f"“{spelled(tokens).strip()}” ({len(tokens)} {'piece' if len(tokens) == 1 else f'pieces: {pieces}'})"
