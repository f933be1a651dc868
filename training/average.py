"""`python -m training.average RUN/checkpoint START OUT`: half what a run has learned, half what it started from.

Paths between the two often lie lower than either end (Wortsman et al. 2022): a run on other data keeps more of what the
weights knew before. The paper averages checkpoints too, the last ones of one run (§6.1).
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch

from model.storage.checkpoint import Checkpoint
from model.storage.files import write_json
from model.storage.weights import read_weights
from model.translator import Translator
from training.card import TRAINING_FACTS, load_facts


@torch.no_grad()
def average(checkpoint: Path, start: Path, folder: Path) -> None:
    """Writes the mean of a checkpoint and of the one it started from into `folder`, as a checkpoint.

    Raises:
        ValueError: one of the two cannot be read, or the first did not start from the second.
    """
    facts, before = load_facts(checkpoint), load_facts(start)
    if facts.get("started_from") != before:
        raise ValueError(
            f"{start}: expected the checkpoint that {checkpoint} started from; found another: "
            "give the folder that was --start-from"
        )
    translator, weights = Translator.from_pretrained(checkpoint), read_weights(start)
    for name, weight in translator.network.named_parameters():
        weight.lerp_(weights[name].to(weight), 0.5)
    Checkpoint(network=translator.network, tokenizer=translator.tokenizer, card=None).save(folder)
    facts["averaged_with_start"] = True
    write_json(folder / TRAINING_FACTS, facts)


def main(arguments: list[str] | None = None) -> None:
    """Reads the command line and averages."""
    parser = argparse.ArgumentParser(
        prog="python -m training.average", description="The mean of a checkpoint and of the one it started from."
    )
    parser.add_argument("checkpoint", type=Path, help="folder that training.train exported")
    parser.add_argument("start", type=Path, help="the folder that was its --start-from")
    parser.add_argument("folder", type=Path, help="folder of the mean")
    args = parser.parse_args(arguments)
    average(args.checkpoint, args.start, args.folder)


if __name__ == "__main__":
    main()
