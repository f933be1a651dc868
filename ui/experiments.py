"""The experiments of the tab "Why attention": what each claims, and what its charts show of its result."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np

from explain.experiments import (
    attention_scale,
    depth,
    family,
    gradient_paths,
    parallel_steps,
    quadratic_cost,
    recall,
    several_heads,
    warmup,
)
from explain.plain import plain

Figure = dict[str, Any]


@dataclass(frozen=True)
class Slider:
    """A whole number that the visitor chooses for an argument of `run`."""

    name: str
    label: str
    low: int
    high: int
    step: int
    value: int


@dataclass(frozen=True)
class Shown:
    """An experiment on the page: `claim` is Markdown with formulas, `figures` gives the charts of a result."""

    module: ModuleType
    title: str
    claim: str
    figures: Callable[[Any], list[Figure]]
    sliders: tuple[Slider, ...] = ()

    @property
    def id(self) -> str:
        """Its name in the page."""
        return self.module.__name__.rpartition(".")[2].replace("_", "-")

    @property
    def code(self) -> str:
        """The whole file that runs when Run is pressed."""
        return inspect.getsource(self.module)


def lines(
    title: str,
    x: tuple[str, np.ndarray],
    y: str,
    series: dict[str, np.ndarray],
    log: str = "",
    note: str = "",
) -> Figure:
    """A chart of several lines over the same numbers; `log` names the logarithmic axes, such as "xy"."""
    name, numbers = x
    return {
        "kind": "lines",
        "title": title,
        "note": note,
        "x": {"name": name, "log": "x" in log},
        "y": {"name": y, "log": "y" in log},
        "series": [{"name": name, "x": plain(numbers), "y": plain(values)} for name, values in series.items()],
    }


def scale_figures(result: attention_scale.Result) -> list[Figure]:
    """Entropy, gradient and spread over d_k."""
    pairs = [
        (
            "How much choice the weights keep",
            "entropy of the weights, bits",
            result.entropy,
            result.entropy_divided,
            "x",
        ),
        (
            "How much gradient reaches the scores",
            "length of the gradient of one row",
            result.gradient,
            result.gradient_divided,
            "xy",
        ),
        ("How far the scores spread", "standard deviation of the scores", result.spread, result.spread_divided, "xy"),
    ]
    names = ("without the division", "divided by √d_k")
    return [
        lines(title, ("d_k", result.d_k), y, dict(zip(names, values, strict=True)), log)
        for title, y, *values, log in pairs
    ]


def gradient_figures(result: gradient_paths.Result) -> list[Figure]:
    """The gradient that is left over distance."""
    title = "The gradient that arrives, against the distance it travelled"
    distance = ("steps back from the last", result.distance)
    note = (
        "1 is the gradient one step back. A straight line on this logarithmic axis is a constant factor at every step: "
        "downwards it vanishes, upwards it explodes. Self-attention stays level, because every distance is one step. "
        "An LSTM lies between, and how far it carries depends on how open its forget gates start."
    )
    return [lines(title, distance, "gradient (one step back = 1)", result.gradients, "y", note)]


def depth_figures(result: depth.Result) -> list[Figure]:
    """The gradient that is left at the first layer, over the number of layers."""
    note = (
        "1 is as much gradient at the first layer as at the last. Without both it vanishes; residual connections alone "
        "let it explode; LayerNorm alone rescales it at every layer and, at the start of training, keeps it near 1 "
        "here too: on this measure it is not the residual connection by itself that saves the gradient."
    )
    title = "Gradient at the first layer, against the gradient at the last"
    return [lines(title, ("layers", result.depth), "first layer ÷ last layer", result.ratios, "xy", note)]


def steps_figures(result: parallel_steps.Result) -> list[Figure]:
    """Chains of operations and times over length."""
    length = ("positions", result.length)
    steps = {"RNN": result.rnn_steps, "attention": result.attention_steps}
    milliseconds = {"RNN": 1e3 * result.rnn_seconds, "attention": 1e3 * result.attention_seconds}
    return [
        lines(
            "Operations that must wait for one another",
            length,
            "longest chain of operations",
            steps,
            "xy",
            "Counted in PyTorch's own graph of the computation.",
        ),
        lines(
            "Time of a forward pass on one thread",
            length,
            "milliseconds",
            milliseconds,
            "xy",
            "A processor with thousands of parallel units, such as a GPU, is held up by the chain alone. One thread "
            "also pays for attention's work, which grows with n², so on long enough sequences the RNN would win here.",
        ),
    ]


def cost_figures(result: quadratic_cost.Result) -> list[Figure]:
    """Time, work and memory over length."""
    length = ("positions", result.length)
    return [
        lines(
            "Time of one layer's two parts on one thread",
            length,
            "milliseconds",
            {"attention": 1e3 * result.attention_seconds, "feed-forward": 1e3 * result.feed_forward_seconds},
            "xy",
            "The softmax and the moving of large matrices take time too, which the count beside does not know.",
        ),
        lines(
            "Multiplications and additions, counted",
            length,
            "multiply-adds",
            {"attention": result.attention_work, "feed-forward": result.feed_forward_work},
            "xy",
            "Attention counts its four projections too, which grow with n; its n² part has a slope of 2.",
        ),
        lines(
            "Memory of the scores and weights, computed",
            length,
            "MiB in one layer",
            {"scores and weights": result.score_bytes / 2**20},
            "xy",
            "As equation (1) writes it. Fused attention, which this page uses when no map is asked for, never stores "
            "the whole matrix, but computes as much.",
        ),
    ]


def family_figures(result: family.Result) -> list[Figure]:
    """What each mask lets through, and the parameters of each part."""
    masks = [
        {
            "kind": "mask",
            "title": f"{name[0].upper()}{name[1:]}",
            "note": "",
            "rows": "who looks",
            "columns": "who is looked at",
            "cells": plain(cells),
        }
        for name, cells in result.masks.items()
    ]
    rows = [[name, *parts.values(), sum(parts.values())] for name, parts in result.parameters.items()]
    table = {
        "kind": "table",
        "title": "Parameters of each part",
        "note": "Counted on models built from this project's classes without allocating their weights. The matrix that "
        "the token embedding shares with the output counts once. The original BERT also has segment embeddings, a "
        "LayerNorm after the embedding, a pooler and a head for its training task, so its published count is higher.",
        "columns": ["model", *family.PARTS, "all"],
        "rows": rows,
    }
    return [table, *masks]


def heads_figures(result: several_heads.Result) -> list[Figure]:
    """Both answers right, over the training."""
    percent = {name: 100 * values for name, values in result.accuracy.items()}
    note = (
        "With one head, one row of weights has to serve both questions, so both words arrive as one mixture that is "
        "hard to take apart. Two heads look at one place each. Each model has the same number of parameters."
    )
    title = "Tokens for which both answers are right"
    return [lines(title, ("training step", result.step), "both right, %", percent, note=note)]


def recall_figures(result: recall.Result) -> list[Figure]:
    """Right answers over distance."""
    percent = {name: 100 * values for name, values in result.accuracy.items()}
    note = (
        f"Guessing gives {100 / recall.COUNTRIES:.3g} %. Both models saw every distance equally often, in the same "
        "number of training steps. What is shown is how soon each learns: with more steps the RNN recalls further too."
    )
    distance = ("places from country to question", result.distance)
    return [lines("Languages recalled", distance, "right answers, %", percent, "x", note)]


def warmup_figures(result: warmup.Result) -> list[Figure]:
    """The losses, and the learning rates that made them."""
    step = ("training step", result.step)
    note = (
        f"Guessing gives ln {warmup.WORDS} = {warmup.GUESSING:.3g}: a model whose loss stays there has learned nothing."
    )
    rates = {
        "no warmup": result.rate["post-norm, no warmup"],
        "warmup": result.rate["post-norm, warmup"],
    }
    return [
        lines("Loss over the training", step, "cross-entropy, nats", result.loss, note=note),
        lines("The learning rates", step, "learning rate", rates, note="Both have the same peak."),
    ]


EXPERIMENTS = [
    Shown(
        attention_scale,
        "Why the scores are divided by √dₖ",
        "If the components of $q$ and $k$ are independent with variance 1, their dot product $q \\cdot k$ has variance "
        "$d_k$. Large scores push the softmax to where one weight is nearly 1 and all gradients are nearly 0; dividing "
        "by $\\sqrt{d_k}$ keeps the variance at 1 for any size (§3.2.1):\n\n"
        "$$\\mathrm{Attention}(Q, K, V) = \\mathrm{softmax}\\left(\\frac{QK^T}{\\sqrt{d_k}}\\right)V$$",
        scale_figures,
    ),
    Shown(
        gradient_paths,
        "Vanishing and exploding gradients",
        "In a recurrent network the last step learns from step $t$ through $T - t$ multiplications by much the same "
        "matrix, $\\frac{\\partial h_T}{\\partial h_t} = \\prod_{i=t+1}^{T} \\frac{\\partial h_i}{\\partial h_{i-1}}$, "
        "so the gradient vanishes or explodes with distance. An LSTM's gates slow this down. In self-attention every "
        "position is one step away from every other.",
        gradient_figures,
    ),
    Shown(
        recall,
        "Long-range dependency: who grew up in Nepal …",
        "“Shyam grew up in Nepal … he speaks fluent ___”: the word that decides may stand far back. An RNN has to "
        "carry it through every step between; attention looks at it directly, at any distance.",
        recall_figures,
        sliders=(Slider("steps", "Training steps of each model", 70, 350, 10, 210),),
    ),
    Shown(
        parallel_steps,
        "Sequential against parallel",
        "An RNN computes $h_t$ from $h_{t-1}$, so $n$ positions take $O(n)$ steps one after another. Self-attention "
        "computes all positions at once, in $O(1)$ steps (Table 1).",
        steps_figures,
    ),
    Shown(
        quadratic_cost,
        "The price: cost grows with n²",
        "Every position looks at every position: $QK^T$ is an $n \\times n$ matrix, so attention takes "
        "$O(n^2 \\cdot d)$ operations and, written out, $O(n^2)$ memory. The feed-forward grows only with $n$: on "
        "short texts it is the larger part, on long ones attention is.",
        cost_figures,
    ),
    Shown(
        depth,
        "Why residual connections and LayerNorm",
        "The paper wraps every sub-layer as $\\mathrm{LayerNorm}(x + \\mathrm{Sublayer}(x))$ (post-norm, §3.1); most "
        "later models use $x + \\mathrm{Sublayer}(\\mathrm{LayerNorm}(x))$ (pre-norm). Without both, a deep stack gets "
        "no gradient to its first layers.",
        depth_figures,
    ),
    Shown(
        several_heads,
        "Why several heads",
        "One head has one row of weights for each token: to look at two places it has to average them. "
        "$\\mathrm{Concat}(\\mathrm{head}_1, \\dots, \\mathrm{head}_h)W^O$ (§3.2.2) lets each head look somewhere "
        "else, for the same number of parameters. The task here needs two relations at once: which word stood one "
        "place before, and which one three places before?",
        heads_figures,
    ),
    Shown(
        warmup,
        "Why the learning rate warms up",
        "The learning rate says how far each training step moves the weights. The paper raises it over the first "
        "$warmup\\_steps$ steps and then lowers it (§5.3):\n\n"
        "$$\\begin{aligned} & lrate = d_{model}^{-0.5} \\cdot \\min(step\\_num^{-0.5}, \\\\ "
        "& \\qquad step\\_num \\cdot warmup\\_steps^{-1.5}) \\end{aligned}$$\n\n"
        "A deep post-norm stack, with its LayerNorm after each addition as in the paper, needs this: before training, "
        "the gradients near its output are large, and steps at the full rate spoil it. In a pre-norm stack, with the "
        "LayerNorm before each sub-layer, they are smaller from the start "
        "([Xiong et al. 2020](https://arxiv.org/abs/2002.04745)).\n\n"
        "Here three encoders learn to copy eight words. The rate rises over the first half of the steps, or is at its "
        "peak from the first step on; it is not lowered later. The words, the peak and the number of steps are the "
        "same for all, and so are the first weights. With 6 layers the post-norm encoder learns without warmup too.",
        warmup_figures,
        sliders=(Slider("layers", "Layers of each model", 2, 12, 1, 12),),
    ),
    Shown(
        family,
        "The family: encoder-decoder, decoder-only, encoder-only",
        "The paper's encoder-decoder, GPT's decoder-only and BERT's encoder-only models are the same layers; what "
        "differs is which stacks there are and what each mask lets through (§3.2.3). A layer without cross-attention "
        "has about $12\\,d_{model}^2$ parameters if $d_{ff} = 4\\,d_{model}$.",
        family_figures,
        sliders=(
            Slider("layers", "Layers of your own models", 6, 96, 1, 24),
            Slider("d_model", "d_model of your own models (heads of 64)", 64, 12_288, 64, 1024),
        ),
    ),
]
