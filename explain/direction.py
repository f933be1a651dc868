"""By which vector whatever enters the decoder's stream is multiplied to give its part of a logit, or of a difference.

N logits, one at each of N target positions; D d_model, V vocab_size, H heads, K keys. All in float64.
"""

from __future__ import annotations

from collections.abc import Sequence

from jaxtyping import Float
from torch import Tensor

from explain.kinds import PLACES
from explain.run import Run
from model.transformer import Transformer


class Directions:
    """Directions by which what is added to the stream at one of `positions` counts for `output` there.

    A row of `output` is a token's output embedding, or a difference of such. `into[layer, block]` is for what that
    sub-layer adds, `start` for what the stream begins with. On the way a LayerNorm with frozen σ,
    x -> (x - mean x) γ / σ + β, is passed backwards; its β has a part of its own, `shifts[layer, block]` of post-norm
    and `last_shift` of pre-norm.
    """

    into: dict[tuple[int, str], Float[Tensor, "N D"]]
    start: Float[Tensor, "N D"]
    shifts: dict[tuple[int, str], Float[Tensor, " N"]]
    last_shift: Float[Tensor, " N"] | None

    def __init__(self, run: Run, positions: Sequence[int], output: Float[Tensor, "N D"]) -> None:
        self.n_layers = run.config.n_decoder_layers
        self.attentions = tuple(PLACES[kind].block for kind in run.kinds if PLACES[kind].side == "decoder")
        self.blocks = (*self.attentions, "feed_forward")
        self._network, self._trace, self._positions = run.network, run.trace, list(positions)
        self.into, self.shifts, self.last_shift = {}, {}, None
        direction, pre_norm = output, run.config.norm == "pre"
        if pre_norm:
            before = self._at(f"decoder.layers.{self.n_layers - 1}.feed_forward_add_norm.residual")
            direction, self.last_shift = self._back(direction, "decoder.final_norm", before)
        for layer in reversed(range(self.n_layers)):
            for block in reversed(self.blocks):
                if not pre_norm:
                    at = f"decoder.layers.{layer}.{block}_add_norm"
                    before = self._at(f"{at}.residual")
                    direction, self.shifts[layer, block] = self._back(direction, f"{at}.layer_norm", before)
                self.into[layer, block] = direction
        self.start = direction

    # ---- the parts ----

    def of_token(self) -> Float[Tensor, " N"]:
        """The embedding of the token that is read there."""
        return _dot(self.start, self._at("decoder.embedding.embedded"))

    def of_position(self) -> Float[Tensor, " N"] | None:
        """The position's vector; None of a model without positions."""
        path = "decoder.embedding.position"
        return _dot(self.start, self._trace[path][self._positions].double()) if path in self._trace else None

    def of_keys(self, layer: int, block: str) -> Float[Tensor, "N H K"]:
        """What each head adds from each position that it looks at: weight · v W^O_head."""
        path = f"decoder.layers.{layer}.{block}"
        weights = self._trace[f"{path}.weights"][0][:, self._positions].double()
        v = self._trace[f"{path}.v"][0].double()
        by_head = self.into[layer, block] @ weight(self._network, f"{path}.out_proj.weight")
        by_head = by_head.unflatten(dim=-1, sizes=(len(v), -1)).transpose(0, 1)  # (H, N, Dh)
        return (weights * (by_head @ v.transpose(1, 2))).transpose(0, 1)

    def of_bias(self, layer: int, block: str) -> Float[Tensor, " N"]:
        """The bias of W^O, which belongs to no head."""
        return self.into[layer, block] @ weight(self._network, f"decoder.layers.{layer}.{block}.out_proj.bias")

    def of_feed_forward(self, layer: int) -> Float[Tensor, " N"]:
        """What the feed-forward network adds."""
        return _dot(self.into[layer, "feed_forward"], self._at(f"decoder.layers.{layer}.feed_forward.output"))

    # ---- the way back ----

    def _at(self, path: str) -> Float[Tensor, "N D"]:
        return self._trace[path][0, self._positions].double()

    def _back(
        self, direction: Float[Tensor, "N D"], norm: str, before: Float[Tensor, "N D"]
    ) -> tuple[Float[Tensor, "N D"], Float[Tensor, " N"]]:
        """The directions in front of a LayerNorm, and what its β adds."""
        shift = direction @ weight(self._network, f"{norm}.bias")
        variance = before.var(dim=-1, keepdim=True, unbiased=False)
        scaled = direction * weight(self._network, f"{norm}.weight")
        scaled = scaled / (variance + self._network.config.layer_norm_eps).sqrt()
        return scaled - scaled.mean(dim=-1, keepdim=True), shift  # the mean of x is subtracted: no direction has one


def output_embedding(network: Transformer) -> Float[Tensor, "V D"]:
    """The matrix whose rows make logits, in the model's own precision: the token embedding again, unless untied."""
    output = network.tokens if network.output_proj is None else network.output_proj
    return output.weight.detach()


def output_rows(network: Transformer, ids: Sequence[int]) -> Float[Tensor, "N D"]:
    """The output embeddings of some tokens."""
    return output_embedding(network)[list(ids)].cpu().double()


def average_row(network: Transformer) -> Float[Tensor, " D"]:
    """The mean output embedding over the whole vocabulary, "the average word"."""
    return output_embedding(network).mean(dim=0).cpu().double()  # summed in double precision it takes 15 times as long


def weight(network: Transformer, path: str) -> Tensor:
    """A parameter by its path."""
    return network.get_parameter(path).detach().cpu().double()


def _dot(a: Float[Tensor, "N D"], b: Float[Tensor, "N D"]) -> Float[Tensor, " N"]:
    return (a * b).sum(dim=-1)
