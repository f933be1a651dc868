"""`python -m training.head_means CHECKPOINT --data-dir …`: what each head gives on average, beside the weights.

`head_means.safetensors` holds `encoder`, `decoder` and `cross`, float32 (layers, heads, d_head): the mean of each
head's output before W^O over all positions of reference pairs, teacher-forced, in both directions. Its metadata name
`weights`, the SHA-256 of `model.safetensors`, and `sentences`, how many pairs and directions were read. The pairs are
the first of the valid files, never of a test file. `explain/head_means.py` reads it.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
from safetensors.torch import save
from torch import Tensor

from model.storage.checkpoint import Checkpoint
from model.storage.files import HEAD_MEANS, TOKENIZER, replacing, weights_digest
from model.taps import record
from model.tokenizer import Tokenizer
from model.transformer import Transformer
from training.card import load_facts
from training.data import Example, bucketed_batches, collate, load_corpus, tokenize
from training.frames import PLACES
from training.recipe import Recipe


@torch.inference_mode()
def head_means(
    network: Transformer, tokenizer: Tokenizer, examples: list[Example], batch_tokens: int = 4096
) -> dict[str, Tensor]:
    """By kind of attention, the mean output of each head (layers, heads, d_head) over all positions of the examples."""
    paths = {
        kind: [f"{side}.layers.{layer}.{block}.heads" for layer in range(len(getattr(network, side).layers))]
        for kind, (side, block) in PLACES.items()
    }
    sums = dict.fromkeys(paths, torch.zeros(()))
    counts = {"encoder": 0, "decoder": 0}
    for indices in bucketed_batches(examples, batch_tokens, seed=0, epoch=0):
        batch = collate([examples[i] for i in indices], tokenizer)
        real = {"encoder": batch.src != tokenizer.pad_id, "decoder": batch.labels != tokenizer.pad_id}
        with record(only=[path for of_kind in paths.values() for path in of_kind]) as trace:
            network(batch.src.to(network.device), batch.tgt.to(network.device))
        for side, positions in real.items():
            counts[side] += int(positions.sum())
        for kind, of_kind in paths.items():
            positions = real[PLACES[kind][0]][:, None, :, None]
            found = torch.stack([(trace[path].cpu().double() * positions).sum(dim=(0, 2)) for path in of_kind])
            sums[kind] = sums[kind] + found
    return {kind: (sums[kind] / counts[PLACES[kind][0]]).float() for kind in paths}


def main(arguments: list[str] | None = None) -> None:
    """Reads the command line, measures, and writes the file."""
    parser = argparse.ArgumentParser(
        prog="python -m training.head_means", description="Measure what each head of a checkpoint gives on average."
    )
    parser.add_argument("checkpoint", type=Path, help="folder that training.train exported")
    parser.add_argument("--data-dir", type=Path, default=Path("data"), help="folder of the recipe's local files")
    parser.add_argument("--pairs", type=int, default=250, help="of each corpus that has a valid file")
    args = parser.parse_args(arguments)
    if args.pairs < 1:
        parser.error(f"--pairs: expected 1 or more; found {args.pairs}")

    network = Checkpoint.load(args.checkpoint).network.eval()
    tokenizer = Tokenizer.load(args.checkpoint / TOKENIZER)
    recipe = Recipe.from_dict(load_facts(args.checkpoint)["recipe"])
    examples: list[Example] = []
    for corpus in recipe.with_split("valid"):
        pairs = load_corpus(corpus, recipe.languages, "valid", args.data_dir)[: args.pairs]
        examples += tokenize(pairs, recipe.languages, tokenizer, recipe.max_length)
    means = head_means(network, tokenizer, examples)
    weights = weights_digest(args.checkpoint)
    with replacing(args.checkpoint / HEAD_MEANS) as new:
        new.write_bytes(save(means, metadata={"weights": weights, "sentences": str(len(examples))}))
    print(
        f"{HEAD_MEANS}: means over {len(examples)} sentences, {(args.checkpoint / HEAD_MEANS).stat().st_size:,} bytes"
    )


if __name__ == "__main__":
    main()
