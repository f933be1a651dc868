"""Named endpoints for programs: the numbers of the page as JSON."""

from __future__ import annotations

from typing import Any

from gradio.events import api

from explain import patching
from explain.attention import attention_maps, head_statistics
from explain.kinds import checked_kind
from explain.next_token import Sampling, distribution, steps
from explain.plain import plain
from explain.positional import model_table, position_table
from explain.run import Settings
from explain.runner import Runner
from ui.events import in_line, kindly


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
    def patch(text: str, other: str, direction: str = "en-de") -> dict[str, Any]:
        """Which source word decided between the translations of two texts that differ in a word.

        The translations part at `step` (from 0), with `token` and `other_token`. `recovery`[layer][position]: how much
        of the difference between the texts one vector of the `other` makes there, 0 nothing and 1 all of it; it may be
        negative, or more than 1. Layer 0 is the embedding. `kept`[layer]: the same for all that differs at once.
        """
        settings = Settings(direction=direction)
        found = patching.patch(runner.run(text, settings), runner.run(other, settings))
        return {
            "source": [token.text for token in found.first.source],
            "other_source": [token.text for token in found.second.source],
            "translation": found.first.translation.text,
            "other_translation": found.second.translation.text,
            "step": found.step,
            "token": found.token.text,
            "other_token": found.other_token.text,
            "margin": found.first_margin,
            "other_margin": found.second_margin,
            "recovery": plain(found.recovery),
            "kept": plain(found.kept),
        }

    @kindly
    def positional_encoding(n_positions: int = 50, d_model: int | None = None) -> dict[str, Any]:
        """The sinusoidal table of any size, or without d_model the bundled model's own: values and wavelengths."""
        if d_model is None:
            return plain(model_table(runner.network, n_positions))
        return plain(position_table(n_positions, d_model))

    for endpoint in (translate, attention, next_token, patch, positional_encoding):
        api(in_line(endpoint), api_name=endpoint.__name__, concurrency_id="model", concurrency_limit=1)
