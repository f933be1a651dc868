"""Named endpoints for programs: the numbers of the page as JSON."""

from __future__ import annotations

from typing import Any

import gradio as gr

from explain.plain import plain
from explain.run import Runner, Settings
from ui.events import ONE_LINE, kindly


def add_api(runner: Runner) -> None:
    """Registers the endpoints on the surrounding Blocks."""

    @kindly
    def translate(
        text: str, direction: str = "en-de", beam_size: int = 4, length_penalty: float = 0.6, n_hypotheses: int = 1
    ) -> dict[str, Any]:
        """Translates a text; returns the translation, its hypotheses with scores and token probabilities, and times."""
        run = runner.run(text, Settings(direction, beam_size, length_penalty, n_hypotheses))
        return {
            "translation": run.translation.text,
            "direction": direction,
            "source": plain(run.source),
            "hypotheses": plain(run.translations),
            "seconds": run.seconds,
        }

    gr.api(translate, api_name="translate", **ONE_LINE)
