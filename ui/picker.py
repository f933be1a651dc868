"""Where a visitor chooses the model: one of those bundled, or a Hub repository that the operator allows."""

from __future__ import annotations

import gradio as gr

from ui.models import Models


def picker(models: Models) -> tuple[gr.Dropdown, gr.Button]:
    """Draws the choice and its button, unless there is nothing to choose."""
    info = "Bundled with this page"
    if models.allowed:
        patterns = ", ".join(models.allowed).replace("*", "…")  # Gradio takes * for emphasis
        info += f", or type a repository of the Hugging Face Hub: {patterns}. Only safetensors are loaded."
    choosable = bool(models.allowed) or len(models.names) > 1
    with gr.Accordion("Another model", open=False, visible=choosable, elem_id="model"), gr.Row(elem_id="model-bar"):
        name = gr.Dropdown(
            list(models.names), value=models.default.name, label="Model", info=info, scale=6,
            allow_custom_value=bool(models.allowed), elem_id="model-name",
        )  # fmt: skip
        go = gr.Button("Open this model", scale=0, min_width=160, elem_id="model-go")
    return name, go
