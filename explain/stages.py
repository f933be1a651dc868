"""What each stage of the Transformer is called, why it is there, and which lines of `model/` compute it."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from model.attention import MultiHeadAttention, scaled_dot_product_attention
from model.config import TransformerConfig
from model.decoding import _next_log_probs, beam_search
from model.embedding import InputEmbedding
from model.layers import AddNorm, FeedForward
from model.masks import causal_mask, padding_mask
from model.positional import LearnedPositions, sinusoidal_encoding
from model.transformer import Decoder, Encoder, Transformer

_ROOT = Path(__file__).parents[1]

TITLES = {
    "token": "Token: each piece of text picks a row",
    "embedding": "Embedding × √d_model",
    "position": "Position is added",
    "norm": "LayerNorm",
    "qkv": "Queries, keys and values",
    "scores": "Scores: every query against every key",
    "mask": "Mask: what a position may not see",
    "softmax": "Softmax: scores become weights",
    "heads": "Weighted sum of the values",
    "concat": "The heads side by side",
    "w_o": "Output projection W^O",
    "add": "Residual connection",
    "hidden": "Feed-forward, first half",
    "feed_forward": "Feed-forward, second half",
    "final_norm": "LayerNorm at the stack's end",
    "linear": "Linear: a logit for each token of the vocabulary",
    "probabilities": "Softmax over the vocabulary",
    "next": "The next token",
}

WHY = {
    "token": "A network computes with numbers: each token of the vocabulary owns one learned vector, a row "
    "of the matrix E.",
    "embedding": "The factor lifts the embedding to the size of the position vectors, so that neither drowns the other "
    "(§3.4).",
    "position": "Attention by itself sees a set of tokens without order; the vector added here tells it which token "
    "stands where (§3.5).",
    "norm": "Each position's vector loses its own mean μ and is divided by its own standard deviation σ; then come a "
    "learned scale γ and shift β. This keeps deep stacks trainable (§3.1).",
    "qkv": "Each position asks (query), offers what it can be found by (key), and carries what it will pass on (value) "
    "(§3.2.2).",
    "scores": "A dot product says how well a key answers a query. Dividing by √d_k, where d_k is the length of a key, "
    "keeps the scores small, because a softmax of large scores has almost no gradient (§3.2.1).",
    "mask": "A score of −∞ becomes a weight of exactly 0: the decoder must not read the tokens it is to predict "
    "(§3.2.3).",
    "softmax": "Each row becomes shares that sum to 1: how much of each value this position takes.",
    "heads": "Here information moves between positions: each row mixes the values in the proportions of its weights.",
    "concat": "Every head has looked with its own projections; side by side their results are d_model wide again "
    "(§3.2.2).",
    "w_o": "One matrix mixes what the heads have found into one vector a position. It will be added to the stream: the "
    "sum that runs through all layers (§3.2.2).",
    "add": "The sub-layer only adds a change to what was there, so signal and gradient have a straight way through "
    "(§3.1).",
    "hidden": "Each position by itself is widened to d_ff numbers and passed through a function f that is not linear; "
    "without f, the two matrices W_1 and W_2 could do no more than one (§3.3).",
    "feed_forward": "The second matrix brings the wide vector back to d_model, so that it can be added.",
    "final_norm": "In a pre-norm stack nothing has normalised the sum of all layers yet; this does, once.",
    "linear": "The vector of each position is compared with every token's embedding: one score, its "
    "logit, for each candidate (§3.4).",
    "probabilities": "Exponentials of the logits z, divided by their sum: a probability for every token of the "
    "vocabulary.",
    "next": "The most probable tokens are what greedy decoding would take; beam search weighs whole sequences (§6.1).",
}


def words_of(stage: str, config: TransformerConfig) -> tuple[str, str]:
    """The title of a stage, and why it is there, in a model of this config."""
    changes = {}
    if not config.scale_embeddings:
        changes["embedding"] = ("Embedding", "This model takes the embedding as it is; the paper scales it (§3.4).")
    if not config.tie_output:
        why = (
            "The vector of each position is compared with one learned vector for each token: one score, its logit, for "
            "each candidate."
        )
        changes["linear"] = (TITLES["linear"], why)
    return changes.get(stage, (TITLES[stage], WHY[stage]))


def formula_of(stage: str, config: TransformerConfig) -> str:
    """Which of the page's formulas is that of a stage in a model of this config: the stage's own, or a variant."""
    variants = {
        "embedding": "" if config.scale_embeddings else "_unscaled",
        "position": "_learned" if config.positions == "learned" else "",
        "linear": ("" if config.tie_output else "_untied") + ("_bias" if config.output_bias else ""),
        "next": "" if config.n_encoder_layers else "_text",
    }
    return stage + variants.get(stage, "")


@dataclass(frozen=True)
class Code:
    """Lines of one file: `lines` are (number from 1, text)."""

    file: str
    name: str
    lines: tuple[tuple[int, str], ...]


def code_of(stage: str, side: str, block: str, config: TransformerConfig) -> tuple[Code, ...]:
    """The lines that compute a stage, read from the source as it stands now.

    Raises:
        ValueError: a line that is to be shown is not in the source any more.
    """
    return tuple(_lines(function, *marks) for function, *marks in _places(stage, side, block, config))


def _places(stage: str, side: str, block: str, config: TransformerConfig) -> list[tuple]:
    """Functions, each with the beginnings of the lines to show."""
    add_norm = "return self.residual(" if config.norm == "pre" else "return self.normalized("
    table: tuple = (sinusoidal_encoding, "frequencies =", "angles =", "return torch.stack")
    if config.positions == "learned":
        table = (LearnedPositions.forward, "return self.weight")
    allowed: tuple = (padding_mask, "return (tokens")
    if side == "decoder" and block == "self_attn":
        allowed = (causal_mask, "mask = torch.ones", "return mask.tril")
    return {
        "token": [(InputEmbedding.forward, "x = self.embedded(")],
        "embedding": [(InputEmbedding.__init__, "self.scale ="), (InputEmbedding.forward, "x = self.embedded(")],
        "position": [(InputEmbedding.forward, "x = x + self.position("), table],
        "norm": [(AddNorm.forward, add_norm)],
        "qkv": [
            (MultiHeadAttention.forward, "q = self.q(", "k, v = self._split_heads(", "k, v = self.k(k)"),
            (MultiHeadAttention._split_heads, "return x.unflatten"),
        ],
        "scores": [(scaled_dot_product_attention, "scores = tap_scores(")],
        "mask": [(scaled_dot_product_attention, "if mask is not None", "scores = scores.masked_fill"), allowed],
        "softmax": [(scaled_dot_product_attention, "weights = tap_weights(")],
        "heads": [(scaled_dot_product_attention, "return weights @ v")],
        "concat": [(MultiHeadAttention.forward, "heads = self.heads(")],
        "w_o": [(MultiHeadAttention.forward, "return self.output(")],
        "add": [(AddNorm.forward, add_norm)],
        "hidden": [(FeedForward.forward, "return self.output(")],
        "feed_forward": [(FeedForward.forward, "return self.output(")],
        "final_norm": [((Encoder if side == "encoder" else Decoder).forward, "return self.output(")],
        "linear": [(Transformer.project, "output = ", "return self.logits(")],
        "probabilities": [(_next_log_probs, "log_probs = ")],
        "next": [(beam_search, "log_probs = _next_log_probs", "candidates =", "scores, picks =")],
    }[stage]


def _lines(function: Callable, *marks: str) -> Code:
    function = inspect.unwrap(function)
    source, first = inspect.getsourcelines(function)
    file = Path(inspect.getsourcefile(function)).relative_to(_ROOT).as_posix()
    numbered = list(enumerate((line.rstrip("\n") for line in source), start=first))
    shown = []
    for mark in marks:
        found = [(number, line) for number, line in numbered if line.lstrip().startswith(mark)]
        if not found:
            raise ValueError(
                f"{file}: expected a line that begins with {mark!r} in {function.__qualname__}; found none"
            )
        shown.extend(found[:1])
    return Code(file, function.__qualname__, tuple(shown))
