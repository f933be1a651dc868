"""The Space: load the checkpoint, compose the page, launch."""

from __future__ import annotations

import os
from pathlib import Path

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")

import torch

from explain.run import Runner
from model import Translator
from ui.launch import launch
from ui.page import build_page

CHECKPOINT = Path(__file__).parent / "checkpoints" / "en-de"

# Measured with ten visitors at once: one thread a run serves twice as many a second as two.
torch.set_num_threads(1)
demo = build_page(Runner(Translator.from_pretrained(os.environ.get("CHECKPOINT", CHECKPOINT))))

if __name__ == "__main__":
    launch(demo)
