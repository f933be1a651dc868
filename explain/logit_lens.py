"""Logit lens (nostalgebraist 2020): what each decoder layer would predict if it were the last.

L decoder layers, P = L + 1 depths (the embedding, and after each layer), T target positions, V vocab_size.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from explain.depth import stream_paths
from explain.run import Run
from explain.tokens import Token


@dataclass(frozen=True, kw_only=True)
class Lens:
    """The best guess at each depth and step, and how far the token that was written in the end is from it.

    `probabilities` are those of the guesses, `written_probabilities` and `written_ranks` (1 = the best guess) those of
    the tokens in `writes`; `reads` are the tokens that the decoder has just read.
    """

    reads: tuple[Token, ...]
    writes: tuple[Token, ...]
    guesses: tuple[tuple[Token, ...], ...]  # by depth and step
    probabilities: Float[np.ndarray, "P T"]
    written_probabilities: Float[np.ndarray, "P T"]
    written_ranks: Int[np.ndarray, "P T"]


@torch.inference_mode()
def logit_lens(run: Run) -> Lens:
    """The decoder's layers in words, at each step of the inspected hypothesis: softmax(E · FinalNorm(x_l)).

    The last depth is the model's own distribution. The output projection was trained on that one alone: from the others
    it says what the decoder would write if it had to speak from there.
    """
    written = run.translation.ids
    guesses, probabilities, of_written, ranks = [], [], [], []
    for path in stream_paths(run, "decoder"):
        at_depth = [_step(logits, id_) for logits, id_ in zip(lens_logits(run, path)[0], written, strict=True)]
        best, *numbers = zip(*at_depth, strict=True)
        guesses.append(run.tokens(best))
        for rows, row in zip((probabilities, of_written, ranks), numbers, strict=True):
            rows.append(row)
    return Lens(
        reads=run.target_in,
        writes=run.target_out,
        guesses=tuple(guesses),
        probabilities=np.array(probabilities),
        written_probabilities=np.array(of_written),
        written_ranks=np.array(ranks),
    )


@torch.inference_mode()
def lens_logits(run: Run, path: str) -> Float[Tensor, "1 T V"]:
    """The logits from what passed one tap of the decoder's residual stream."""
    x = run.trace[path].to(run.network.device)
    return run.network.project(run.stack("decoder").final_norm(x))


def _step(logits: Float[Tensor, " V"], written: int) -> tuple[int, float, float, int]:
    """The best guess, its probability, that of the token written, and its rank."""
    # float64, so that the mass of thousands of small probabilities is summed without loss; one step at a time, as all
    # of them would be 65 MB of a large vocabulary
    probs = logits.double().softmax(dim=-1)
    best = int(probs.argmax())
    return best, probs[best].item(), probs[written].item(), 1 + int((logits > logits[written]).sum())
