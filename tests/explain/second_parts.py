"""The decoder's last state as a sum of parts, in NumPy from the weights alone.

`explain.direction` passes a direction backwards; here every vector that enters the stream is pushed forwards, through
each later LayerNorm with the σ that the whole stream had there, and stands by itself to the end.
"""

import math
from dataclasses import dataclass

import numpy as np

from tests.explain.second_road import sinusoid, softmax

_erf = np.vectorize(math.erf)
ACTIVATIONS = {
    "relu": lambda x: np.maximum(0, x),
    "silu": lambda x: x / (1 + np.exp(-x)),
    "gelu": lambda x: x * (1 + _erf(x / np.sqrt(2))) / 2,
}


@dataclass
class SecondParts:
    """What each part adds to the last state, from each place it looks at or as one: (T, K, D) or (T, D).

    Keys are ("cross", layer, head), ("self", layer, head), ("feed-forward", layer), ("embedding",), and "rest" with
    whatever name. A logit is `output` times their sum, plus `bias`.
    """

    parts: dict
    output: np.ndarray
    bias: np.ndarray

    def added(self, kind, direction):
        """What all parts of a kind add to the dot product with `direction`, (T, K) or (T,)."""
        return sum(part @ direction for key, part in self.parts.items() if key[0] == kind)

    def heads(self, kind, directions):
        """Of each layer and head, (L, H, T, K), for one direction a target position."""
        keys = sorted(key for key in self.parts if key[0] == kind)
        n_layers = 1 + max(layer for _, layer, _ in keys)
        values = np.array([np.einsum("tkd,td->tk", self.parts[key], directions) for key in keys])
        return values.reshape(n_layers, -1, *values.shape[1:])

    @property
    def kinds(self):
        return {key[0] for key in self.parts}

    @property
    def logits(self):
        return sum(_last(part) for part in self.parts.values()) @ self.output.T + self.bias


def second_parts(run) -> SecondParts:
    """Of a run's inspected pass."""
    weights = {name: value.detach().numpy().astype(np.float64) for name, value in run.network.state_dict().items()}
    return _Stream(weights, run.config).run([t.id for t in run.source], [t.id for t in run.target_in])


class _Stream:
    def __init__(self, weights, config):
        self.weights, self.config = weights, config
        self.parts = {}

    def run(self, src, tgt):
        memory = self.encode(src)
        token, position = self.embed("decoder", tgt)
        self.parts[("embedding",)] = token + position
        for layer in range(self.config.n_decoder_layers):
            at = f"decoder.layers.{layer}"
            self.add(f"{at}.self_attn", lambda x, at=at, layer=layer: self.heads(at, "self", layer, x, x))
            self.add(f"{at}.cross_attn", lambda x, at=at, layer=layer: self.heads(at, "cross", layer, x, memory))
            self.add(f"{at}.feed_forward", lambda x, at=at, layer=layer: {("feed-forward", layer): self.ffn(at, x)})
        if self.config.norm == "pre":
            self.push_through("decoder.final_norm")
        output = self.weights.get("output_proj.weight", self.weights["decoder.embedding.tokens.weight"])
        return SecondParts(self.parts, output, self.weights.get("output_bias", np.zeros(len(output))))

    @property
    def x(self):
        return sum(_last(part) for part in self.parts.values())

    def add(self, block, sublayer):
        norm = f"{block}_add_norm.layer_norm"
        pre = self.config.norm == "pre"
        self.parts |= sublayer(self.layer_norm(norm, self.x) if pre else self.x)
        if not pre:
            self.push_through(norm)

    def push_through(self, norm):
        sigma = np.sqrt(self.x.var(axis=-1) + self.config.layer_norm_eps)  # before any part has moved
        for key, part in self.parts.items():
            by_row = sigma.reshape(-1, *(1,) * (part.ndim - 1))
            self.parts[key] = (part - part.mean(axis=-1, keepdims=True)) / by_row * self.weights[f"{norm}.weight"]
        self.parts["rest", norm] = np.tile(self.weights[f"{norm}.bias"], (len(sigma), 1))

    def heads(self, at, kind, layer, x, memory):
        block = f"{at}.{kind}_attn"
        q, k, v = (self.linear(f"{block}.{n}_proj", y) for n, y in (("q", x), ("k", memory), ("v", memory)))
        size = self.config.d_model // self.config.n_heads
        found = {}
        for head in range(self.config.n_heads):
            columns = slice(head * size, (head + 1) * size)
            scores = q[:, columns] @ k[:, columns].T / np.sqrt(size)
            if kind == "self":
                scores[np.triu_indices(len(scores), 1)] = -np.inf
            written = v[:, columns] @ self.weights[f"{block}.out_proj.weight"][:, columns].T
            found[kind, layer, head] = softmax(scores)[:, :, None] * written[None]
        return found | {("rest", block): np.tile(self.weights[f"{block}.out_proj.bias"], (len(x), 1))}

    def encode(self, src):
        x = sum(self.embed("encoder", src))
        for layer in range(self.config.n_encoder_layers):
            at = f"encoder.layers.{layer}"
            x = self.residual(f"{at}.self_attn", x, lambda x, at=at: self.attend(at, x))
            x = self.residual(f"{at}.feed_forward", x, lambda x, at=at: self.ffn(at, x))
        return self.layer_norm("encoder.final_norm", x) if self.config.norm == "pre" else x

    def residual(self, block, x, sublayer):
        norm = f"{block}_add_norm.layer_norm"
        if self.config.norm == "pre":
            return x + sublayer(self.layer_norm(norm, x))
        return self.layer_norm(norm, x + sublayer(x))

    def attend(self, at, x):
        block, size = f"{at}.self_attn", self.config.d_model // self.config.n_heads
        q, k, v = (self.linear(f"{block}.{name}_proj", x) for name in "qkv")
        heads = [
            softmax(q[:, c : c + size] @ k[:, c : c + size].T / np.sqrt(size)) @ v[:, c : c + size]
            for c in range(0, self.config.d_model, size)
        ]
        return self.linear(f"{block}.out_proj", np.concatenate(heads, axis=-1))

    def embed(self, side, ids):
        x = self.weights[f"{side}.embedding.tokens.weight"][ids]
        # the model holds its table in float32, whatever its weights are in
        table = sinusoid(len(ids), self.config.d_model).astype(np.float32).astype(np.float64)
        return x * (np.sqrt(self.config.d_model) if self.config.scale_embeddings else 1), table

    def ffn(self, at, x):
        hidden = ACTIVATIONS[self.config.activation](self.linear(f"{at}.feed_forward.linear_1", x))
        return self.linear(f"{at}.feed_forward.linear_2", hidden)

    def layer_norm(self, at, x):
        normal = (x - x.mean(axis=-1, keepdims=True)) / np.sqrt(
            x.var(axis=-1, keepdims=True) + self.config.layer_norm_eps
        )
        return normal * self.weights[f"{at}.weight"] + self.weights[f"{at}.bias"]

    def linear(self, at, x):
        return x @ self.weights[f"{at}.weight"].T + self.weights[f"{at}.bias"]


def _last(part):
    """What a part adds at each target position, wherever from."""
    return part.sum(axis=1) if part.ndim == 3 else part
