"""A run's weights as a checkpoint with its training facts, and such a checkpoint as the start of another run."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from model.storage.checkpoint import Checkpoint, read_config
from model.storage.files import write_json
from model.tokenizer import Tokenizer
from model.transformer import Transformer
from training.card import TRAINING_FACTS, load_facts
from training.progress import Progress
from training.recipe import Recipe


def export(
    folder: Path, model: Transformer, tokenizer: Tokenizer, recipe: Recipe, pairs: dict[str, int], progress: Progress
) -> None:
    """Writes the weights in half precision and, for the model card, `training.json`.

    `pairs` are how many each corpus gave.
    """
    Checkpoint(network=model, tokenizer=tokenizer, card=None).save(folder)
    facts = {
        "recipe": dataclasses.asdict(recipe),
        "pairs": pairs,
        "parameters": sum(parameter.numel() for parameter in model.parameters()),
        "steps": progress.step,
        "epochs": progress.epoch,
        "tokens": progress.tokens,
        "seconds": progress.seconds,
        "cpu_seconds": progress.cpu_seconds,
        "started_from": progress.started_from,
    }
    write_json(folder / TRAINING_FACTS, facts)


def facts_of_start(checkpoint: Path, recipe: Recipe) -> dict[str, Any]:
    """The training facts of a checkpoint that this recipe can start from.

    Raises:
        ValueError: there is no such checkpoint, or its model is not the recipe's.
    """
    facts = load_facts(checkpoint)
    theirs, ours = read_config(checkpoint).to_dict(), recipe.transformer.to_dict()
    of_the_vocabulary = {"vocab_size", "pad_id", "bos_id", "eos_id"}  # which comes from there too
    names = sorted(set(ours) - of_the_vocabulary - {"dropout"})  # dropout has no weights
    if other := [name for name in names if ours[name] != theirs[name]]:
        raise ValueError(
            f"{checkpoint}: expected a model with the recipe's {', '.join(f'{name}={ours[name]}' for name in other)}; "
            f"found {', '.join(f'{name}={theirs[name]}' for name in other)}"
        )
    return facts
