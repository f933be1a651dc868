"""The "Why attention" tab: claims about attention as experiments that run while the visitor watches."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from importlib import import_module
from typing import Any

import gradio as gr

from ui.components import widget
from ui.events import in_browser
from ui.experiments.shown import Shown
from ui.formulas import markdown

# In the order of the page; each is `SHOWN` of `ui/experiments/NAME.py`, about `explain/experiments/NAME.py`.
ORDER = (
    "attention_scale",
    "gradient_paths",
    "recall",
    "parallel_steps",
    "quadratic_cost",
    "depth",
    "several_heads",
    "pruning",
    "warmup",
    "family",
)
EXPERIMENTS: tuple[Shown, ...] = tuple(import_module(f"ui.experiments.{name}").SHOWN for name in ORDER)
IDLE = {"words": "Not run yet: press Run. It takes a few seconds."}
# What the browser shows at once. Of the buttons: another visitor's experiment may be first in line, and what is still
# on its way from a cancelled one must not be drawn.
PRESSED = {
    "run": {
        "pressed": "run",
        "words": "Starting. If another experiment is running, yours waits its turn.",
        "fraction": 0,
    },
    "cancel": {"pressed": "cancel", "words": "Cancelled. Press Run to start again."},
}
# Behind what Gradio refused, too many in line for one, or what broke; Gradio shows a message of its own for a while.
FAILED = {"words": "This did not finish. Press Run to try again; other numbers may help."}


def why_tab() -> gr.Tab:
    """Draws the tab; it shows nothing of the page's run."""
    with gr.Tab("Why attention", id="why") as tab:
        gr.Markdown(
            "## Why attention: each claim is an experiment\n"
            "Open a claim and press Run: the code beside it runs here, with a fixed seed, in seconds."
        )
        for number, shown in enumerate(EXPERIMENTS):
            experiment(shown, opened=number == 0)
        widget("experiment_open", visible="hidden")  # its script keeps the address
    return tab


def experiment(shown: Shown, opened: bool) -> None:
    """One claim: its words, Run and Cancel, what it finds, and its code."""
    with gr.Accordion(shown.title, open=opened, elem_id=f"why-{shown.id}"):
        gr.Markdown(markdown(shown.claim), sanitize_html=False, latex_delimiters=[])  # the sanitizer knows no MathML
        with gr.Row():
            sliders = [
                gr.Slider(slider.low, slider.high, slider.value, step=slider.step, precision=0, label=slider.label)
                for slider in shown.sliders
            ]
        with gr.Row():
            run = gr.Button("Run", variant="primary", scale=0, min_width=120, elem_classes="why-run")
            cancel = gr.Button("Cancel", scale=0, min_width=120, elem_classes="why-cancel")
        view = widget("experiment_chart", IDLE, elem_id=f"why-{shown.id}-result")
        with gr.Accordion("The code that runs", open=False):
            gr.Markdown(
                f"Saved in this project as `{shown.module.__name__.replace('.', '/')}.py`; "
                f"`python -m {shown.module.__name__}` prints its numbers."
            )
            gr.Code(shown.code, language="python", interactive=False, label="Python", elem_classes="why-code")

    for button, name in [(run, "run"), (cancel, "cancel")]:
        in_browser(button.click, _showing(PRESSED[name]), None, [view])
    # A line of their own, so that a translation never waits for an experiment; one at a time, so that one visitor's
    # timing is not another's, and at most one core is taken from the translations (app.py gives torch one thread).
    running = run.click(
        partial(progress, shown), sliders, [view], concurrency_id="experiment", concurrency_limit=1,
        api_visibility="private", show_progress="hidden",
    )  # fmt: skip
    in_browser(running.failure, _showing(FAILED), None, [view])
    cancel.click(None, None, None, cancels=[running], api_visibility="private")


def _showing(value: dict[str, Any]) -> str:
    """A script that shows this."""
    return f"() => ({json.dumps(value)})"


def progress(shown: Shown, *chosen: int) -> Iterator[dict[str, Any]]:
    """What the widget draws while an experiment runs, and of its result; `chosen` are the numbers of its sliders."""
    settings = {slider.name: number for slider, number in zip(shown.sliders, chosen, strict=True)}
    try:
        for step in shown.module.run(**settings):
            if isinstance(step, tuple):
                fraction, words = step
                yield {"fraction": fraction, "words": f"Running: {words} …"}
            else:
                yield {"words": shown.module.words(step), "figures": shown.figures(step)}
    except ValueError as error:  # a number that no slider gives
        yield {"words": str(error)}
