"""What stands above the tabs: the sentence, its direction, examples; folded, how to search and what the model is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr
from gradio.blocks import Block
from gradio.components import Component

from explain.run import Run
from explain.runner import Runner
from ui.introduction import model_details, model_line
from ui.languages import direction_choices, swapped

EXAMPLES = [
    ["Ram pushed Hari.", "en-de"],
    ["I love eating pizza.", "en-de"],
    ["She was born in a small village in Nepal.", "en-de"],
    ["A young woman is reading a book under a big tree.", "en-de"],
    ["Zwei Hunde spielen im Schnee.", "de-en"],
    ["Wenn es morgen regnet, bleiben wir zu Hause.", "de-en"],
]
FIRST_EXAMPLE = EXAMPLES[3]


@dataclass(frozen=True, kw_only=True)
class SentenceBar:
    """The components of the bar."""

    text: gr.Textbox
    direction: gr.Dropdown
    swap: gr.Button
    go: gr.Button
    examples: gr.Dataset
    beam_size: gr.Slider
    alpha: gr.Slider
    n_best: gr.Slider
    about: gr.Accordion
    details: gr.Markdown

    @property
    def asked(self) -> list[Component]:
        """What a search is a function of."""
        return [self.text, self.direction, self.beam_size, self.alpha, self.n_best]

    @property
    def changing(self) -> list[Block]:
        """What `values` gives new values for."""
        return [*self.asked, self.swap, self.go, self.about, self.details]

    def values(self, runner: Runner, run: Run) -> dict[Block, object]:
        """The bar for a run of another model: its text and settings, and what this model offers."""
        settings, offered = run.settings, _offered(runner, run)
        return {
            self.text: run.passage,
            self.direction: gr.Dropdown(**offered["direction"]),
            self.beam_size: settings.beam_size,
            self.alpha: settings.alpha,
            self.n_best: settings.n_best,
            self.swap: gr.Button(**offered["swap"]),
            self.go: gr.Button(**offered["go"]),
            self.about: gr.Accordion(label=model_line(runner)),
            self.details: model_details(runner),
        }


def sentence_bar(runner: Runner, run: Run) -> SentenceBar:
    """Draws the bar around a run."""
    offered = _offered(runner, run)
    with gr.Row(elem_id="sentence-bar"):
        text = gr.Textbox(
            run.passage, label="Your sentence", max_lines=4, scale=6, min_width=280, elem_id="text",
            placeholder="Type a sentence, or several, and press Enter",
        )  # fmt: skip
        direction = gr.Dropdown(
            **offered["direction"], label="Direction", scale=1, min_width=210, filterable=False, elem_id="direction",
        )  # fmt: skip
        swap = gr.Button("⇄ Swap", **offered["swap"], scale=0, min_width=110, elem_id="swap")
        go = gr.Button(**offered["go"], variant="primary", scale=0, min_width=130, elem_id="go")
    examples = gr.Dataset(
        components=[gr.Textbox(visible=False)], samples=[[text] for text, _ in EXAMPLES], type="index",
        label="Examples", samples_per_page=len(EXAMPLES), elem_id="examples",
    )  # fmt: skip
    settings = run.settings
    with gr.Row(elem_id="folded"):
        with gr.Accordion("Settings", open=False), gr.Row():
            beam_size = gr.Slider(
                1, 8, settings.beam_size, step=1, precision=0, label="Beam size", info="Hypotheses kept at each step"
            )
            alpha = gr.Slider(
                0, 2, settings.alpha, step=0.1, label="Length penalty", info="Higher favours longer translations"
            )
            n_best = gr.Slider(
                1, 8, settings.n_best, step=1, precision=0, label="Hypotheses shown", info="At most the beam size"
            )
        with gr.Accordion(model_line(runner), open=False, elem_id="about-model") as about:
            details = gr.Markdown(model_details(runner))
    return SentenceBar(
        text=text,
        direction=direction,
        swap=swap,
        go=go,
        examples=examples,
        beam_size=beam_size,
        alpha=alpha,
        n_best=n_best,
        about=about,
        details=details,
    )


def _offered(runner: Runner, run: Run) -> dict[str, dict[str, Any]]:
    """How the parts that hang on the model look: its directions, whether there is a way back, and what it does."""
    directions, direction = runner.directions, run.settings.direction
    return {
        "direction": {"choices": direction_choices(directions), "value": direction},
        "swap": {"interactive": len(directions) > 1 and swapped(direction) in directions},
        "go": {"value": "Translate" if runner.translates else "Continue"},
    }
