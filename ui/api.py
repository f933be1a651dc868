"""Named endpoints for programs: the numbers of the page as JSON."""

from __future__ import annotations

from typing import Any

from gradio.events import api

from explain.attention import attention_maps, head_statistics
from explain.effects import effects
from explain.kinds import checked_kind
from explain.next_token import Sampling, distribution, steps
from explain.plain import plain
from explain.positional import model_table, position_table
from explain.run import Run, Settings
from explain.runner import Runner
from ui.events import in_line, kindly


def by_name(run: Run, runner: Runner) -> dict[str, Any]:
    """The effects of a run's heads, and of the larger parts."""
    found = effects(run, runner.head_means)

    def figures(kind: str, by_step: Any) -> dict[str, Any]:
        if by_step is None:
            return {f"effect_{kind}": None, f"effect_{kind}_by_step": None}
        return {f"effect_{kind}": found.total(by_step), f"effect_{kind}_by_step": by_step}

    heads, parts = [], []
    for i, part in enumerate(found.parts):
        zero = figures("zero", found.zero[i])
        if part.name == "head":
            mean = figures("mean", None if found.mean is None else found.mean[i])
            place = {"kind": part.kind, "layer": part.layer, "head": part.head}
            heads.append({**place, "entropy": found.entropy_bits[i], **zero, **mean})
        else:
            place = {} if part.name == "cross_attention" else {"side": part.kind, "layer": part.layer}
            parts.append({"part": part.name, **place, **zero})
    return plain({"heads": heads, "parts": parts})


def add_api(runner: Runner) -> None:
    """Registers the endpoints on the surrounding Blocks."""

    @kindly
    def translate(
        text: str, direction: str = "en-de", beam_size: int = 4, length_penalty: float = 0.6, n_hypotheses: int = 1
    ) -> dict[str, Any]:
        """Translates a text: the translation, the hypotheses with their scores and token probabilities, the seconds."""
        run = runner.run(
            text, Settings(direction=direction, beam_size=beam_size, alpha=length_penalty, n_best=n_hypotheses)
        )
        return {
            "translation": run.translation.text,
            "direction": direction,
            "source": plain(run.source),
            "hypotheses": plain(run.translations),
            "seconds": run.seconds,
        }

    @kindly
    def attention(text: str, direction: str = "en-de", kind: str = "cross") -> dict[str, Any]:
        """The attention weights of one kind (encoder, decoder, cross) for the best translation; each head's figures."""
        run = runner.run(text, Settings(direction=direction))
        maps = attention_maps(run, checked_kind(kind, run.kinds))
        return {
            "translation": run.translation.text,
            **plain(maps),  # weights: layer, head, row, column
            "statistics": plain(head_statistics(maps)),
        }

    @kindly
    def heads(text: str, direction: str = "en-de", hypothesis: int = 0) -> dict[str, Any]:
        """What each attention head is worth to a translation: the change of its log-probability without the head.

        `kind` is encoder, decoder or cross; layers and heads are counted from 0. `effect_zero` is in nats and with an
        output of zero; `effect_mean` with the head's mean output, null where no means were measured; both are sums
        over the tokens, which `_by_step` has one by one. `entropy` is in bits, 0 for a head that looks at one token.
        `parts` are feed-forward networks, whole layers and all cross-attention, with an output of zero.
        """
        run = runner.run(text, Settings(direction=direction), hypothesis)
        return {"translation": run.translation.text, "tokens": plain(run.target_out), **by_name(run, runner)}

    @kindly
    def next_token(
        text: str,
        direction: str = "en-de",
        position: int = 0,
        temperature: float = 1.0,
        top_k: int = 0,
        top_p: float = 1.0,
        n_shown: int = 10,
    ) -> dict[str, Any]:
        """What could stand at one position of the best translation, before and after the cuts of sampling."""
        run = runner.run(text, Settings(direction=direction))
        sampling = Sampling(temperature=temperature, top_k=top_k, top_p=top_p)
        return {
            "translation": run.translation.text,
            "tokens": plain(run.target_out),
            "steps": plain(steps(run)),
            **plain(distribution(run, position, sampling, n_shown)),
        }

    @kindly
    def positional_encoding(n_positions: int = 50, d_model: int | None = None) -> dict[str, Any]:
        """The sinusoidal table of any size, or without d_model the bundled model's own: values and wavelengths."""
        if d_model is None:
            return plain(model_table(runner.network, n_positions))
        return plain(position_table(n_positions, d_model))

    for endpoint in (translate, attention, heads, next_token, positional_encoding):
        api(in_line(endpoint), api_name=endpoint.__name__, concurrency_id="model", concurrency_limit=1)
