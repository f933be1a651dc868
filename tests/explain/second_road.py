"""The Transformer once more, in NumPy and float64, from the weights alone: no line of `model/` runs here.

It is written to be read beside the paper and to be slow: one sentence, one head at a time.
"""

import math
from dataclasses import dataclass

import numpy as np


@dataclass
class SecondRoad:
    """What one teacher-forced pass gives; attention maps are indexed [layer][head][row][column].

    `streams` holds the vectors that leave the embedding and each layer, by side: [point][position][dimension].
    """

    encoder: np.ndarray
    decoder: np.ndarray
    cross: np.ndarray
    memory: np.ndarray
    logits: np.ndarray
    streams: dict[str, np.ndarray]

    @property
    def probs(self):
        return softmax(self.logits)


def second_road(model, src, tgt, with_positions=True) -> SecondRoad:
    return road_through(model).run(list(src), list(tgt), with_positions)


def road_through(model) -> "_Pass":
    """The way through a model's weights, which can also be walked piece by piece."""
    weights = {name: value.detach().numpy().astype(np.float64) for name, value in model.state_dict().items()}
    return _Pass(weights, model.config)


def softmax(scores):
    exponentials = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return exponentials / exponentials.sum(axis=-1, keepdims=True)


def sinusoid(n_positions, d_model):
    table = np.empty((n_positions, d_model))
    for pos in range(n_positions):
        for i in range(0, d_model, 2):
            table[pos, i] = np.sin(pos / 10000 ** (i / d_model))
            table[pos, i + 1] = np.cos(pos / 10000 ** (i / d_model))
    return table


def gelu(x):
    return x * np.vectorize(lambda value: (1 + math.erf(value / math.sqrt(2))) / 2)(x)


ACTIVATIONS = {"relu": lambda x: np.maximum(0, x), "silu": lambda x: x / (1 + np.exp(-x)), "gelu": gelu}


class _Pass:
    def __init__(self, weights, config):
        self.weights, self.config = weights, config
        self.maps = {"encoder": [], "decoder": [], "cross": []}
        self.streams = {"encoder": [], "decoder": []}

    def run(self, src, tgt, with_positions):
        memory = self.encode(src, with_positions)
        logits = self.decode(tgt, memory, with_positions)
        return SecondRoad(
            **{kind: np.array(maps) for kind, maps in self.maps.items()},
            memory=memory,
            logits=logits,
            streams={side: np.array(points) for side, points in self.streams.items()},
        )

    def encode(self, src, with_positions=True):
        maps = self.maps["encoder"] = []
        x = self.embed(src, with_positions, "tokens" if self.config.src_vocab_size is None else "src_tokens")
        points = self.streams["encoder"] = [x]
        for layer in range(self.config.n_encoder_layers):
            at = f"encoder.layers.{layer}"
            x = self.residual(f"{at}.self_attn_add_norm", x, self.attend(f"{at}.self_attn", None, False, maps))
            x = self.residual(f"{at}.feed_forward_add_norm", x, self.feed_forward(f"{at}.feed_forward"))
            points.append(x)
        return self.final_norm("encoder.final_norm", x)

    def decode(self, tgt, memory, with_positions=True):
        maps = self.maps["decoder"] = []
        cross = self.maps["cross"] = []
        x = self.embed(tgt, with_positions)
        points = self.streams["decoder"] = [x]
        for layer in range(self.config.n_decoder_layers):
            at = f"decoder.layers.{layer}"
            x = self.residual(f"{at}.self_attn_add_norm", x, self.attend(f"{at}.self_attn", None, True, maps))
            x = self.residual(f"{at}.cross_attn_add_norm", x, self.attend(f"{at}.cross_attn", memory, False, cross))
            x = self.residual(f"{at}.feed_forward_add_norm", x, self.feed_forward(f"{at}.feed_forward"))
            points.append(x)
        return self.project(self.final_norm("decoder.final_norm", x))

    def project(self, x):
        output = self.weights.get("output_proj.weight", self.weights["tokens.weight"])
        return x @ output.T + self.weights.get("output_bias", 0)

    def embed(self, ids, with_positions, tokens="tokens"):
        d_model = self.config.d_model
        x = self.weights[f"{tokens}.weight"][ids] * (np.sqrt(d_model) if self.config.scale_embeddings else 1)
        # the model holds its table in float32, whatever its weights are in
        table = sinusoid(len(ids), d_model).astype(np.float32).astype(np.float64)
        return x + table if with_positions else x

    def residual(self, at, x, sublayer):
        if self.config.norm == "post":
            return self.layer_norm(f"{at}.layer_norm", x + sublayer(x))
        return x + sublayer(self.layer_norm(f"{at}.layer_norm", x))

    def final_norm(self, at, x):
        return self.layer_norm(at, x) if self.config.norm == "pre" else x

    def layer_norm(self, at, x):
        mean, variance = x.mean(axis=-1, keepdims=True), x.var(axis=-1, keepdims=True)
        normal = (x - mean) / np.sqrt(variance + self.config.layer_norm_eps)
        return normal * self.weights[f"{at}.weight"] + self.weights[f"{at}.bias"]

    def linear(self, at, x):
        return x @ self.weights[f"{at}.weight"].T + self.weights[f"{at}.bias"]

    def attend(self, at, memory, causal, maps):
        def sublayer(x):
            source = x if memory is None else memory
            q, k, v = (
                self.linear(f"{at}.q_proj", x),
                self.linear(f"{at}.k_proj", source),
                self.linear(f"{at}.v_proj", source),
            )
            size = self.config.d_model // self.config.n_heads
            heads, weights_of_heads = [], []
            for head in range(self.config.n_heads):
                part = slice(head * size, (head + 1) * size)
                scores = q[:, part] @ k[:, part].T / np.sqrt(size)
                if causal:
                    for row in range(len(scores)):
                        scores[row, row + 1 :] = -np.inf
                weights = softmax(scores)
                weights_of_heads.append(weights)
                heads.append(weights @ v[:, part])
            maps.append(weights_of_heads)
            return self.linear(f"{at}.out_proj", np.concatenate(heads, axis=-1))

        return sublayer

    def feed_forward(self, at):
        activation = ACTIVATIONS[self.config.activation]
        return lambda x: self.linear(f"{at}.linear_2", activation(self.linear(f"{at}.linear_1", x)))


def run_again(run, with_positions=True) -> SecondRoad:
    """The inspected pass of a run, by the second road."""
    src, tgt = ([token.id for token in tokens] for tokens in (run.source, run.target_in))
    return second_road(run.network, src, tgt, with_positions)
