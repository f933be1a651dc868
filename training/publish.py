"""`python -m training.publish CHECKPOINT --repo-id org/name`: a checkpoint with its model card, on the Hub."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import cast

import yaml
from huggingface_hub import ModelCard, ModelCardData

from model.storage.checkpoint import FILES
from model.storage.files import ALIGNMENT, CARD, FRAME_MAPS, FRAMES
from model.storage.hub import check_repo_id, push
from model.translator import Translator
from training.card import TRAINING_FACTS


def publish(checkpoint: Path, repo_id: str, *, private: bool = False, revision: str | None = None) -> str:
    """Uploads the checkpoint's files as they are, in one commit, and returns the address of that commit.

    The repository, and the branch `revision` where one is named, are made if they are not there.

    Raises:
        ValueError: the checkpoint cannot be loaded, its model card is missing or has no scores, or the Hub refuses.
    """
    check_repo_id(repo_id)
    Translator.from_pretrained(checkpoint)
    check_card(checkpoint / CARD)
    files = [*FILES, TRAINING_FACTS, FRAMES, FRAME_MAPS, ALIGNMENT]
    return push(checkpoint, repo_id, files, private=private, revision=revision)


def check_card(path: Path) -> None:
    """Holds that there is a model card and that it has scores.

    Raises:
        ValueError: it has none, or cannot be read.
    """
    advice = "run `python -m training.evaluate` on the checkpoint first"
    if not path.is_file():
        raise ValueError(f"{path.name}: expected the model card; found none: {advice}")
    try:
        scores = cast(ModelCardData, ModelCard.load(path).data).eval_results
    except (ValueError, yaml.YAMLError) as error:
        raise ValueError(
            f"{path.name}: expected a model card with front matter; found another text: {advice}"
        ) from error
    if not scores:
        raise ValueError(f"{path.name}: expected scores in the model card; found none: {advice}")


def main(arguments: list[str] | None = None) -> None:
    """Reads the command line, uploads, and prints the address."""
    parser = argparse.ArgumentParser(
        prog="python -m training.publish", description="Upload a checkpoint with its model card to the Hub."
    )
    parser.add_argument("checkpoint", type=Path, help="folder of the checkpoint, as checkpoints/en-de")
    parser.add_argument("--repo-id", required=True, help="org/name on the Hub; made if it is not there")
    parser.add_argument("--private", action="store_true", help="make a new repository private")
    parser.add_argument("--revision", help="branch to upload to; made if it is not there; without one: main")
    args = parser.parse_args(arguments)
    print(publish(args.checkpoint, args.repo_id, private=args.private, revision=args.revision))


if __name__ == "__main__":
    main()
