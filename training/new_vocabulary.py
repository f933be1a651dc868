"""`python -m training.new_vocabulary CHECKPOINT TOKENIZER OUT`: a checkpoint's weights for another vocabulary.

A run on other text wants the words of that text, and need not forget what the weights know: a token that both
vocabularies hold keeps its embedding, a new one begins as the mean of the old tokens that spell it (Gee et al. 2022).
"""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path

import tokenizers
import torch

from model.storage.checkpoint import Checkpoint
from model.storage.files import TOKENIZER, write_json
from model.storage.weights import assemble
from model.tokenizer import Tokenizer
from model.transformer import Transformer
from training.card import TRAINING_FACTS, load_facts


def spelled_by(old: tokenizers.Tokenizer, new: tokenizers.Tokenizer) -> list[list[int]]:
    """For each token of `new` by id, the ids of the tokens of `old` that it is made of: itself, or several.

    Raises:
        ValueError: `old` cannot spell a token, such as the tag of a language that it does not know.
    """
    known, added = old.get_vocab(), new.get_added_tokens_decoder()
    spelled = []
    for i in range(new.get_vocab_size()):
        token = new.id_to_token(i)
        ids = [known[token]] if token in known else []
        if not ids and i not in added:
            ids = [piece.id for piece in old.model.tokenize(token)]
        if not ids:
            raise ValueError(f"expected a vocabulary that can spell {token!r}; found none of its parts: train anew")
        spelled.append(ids)
    return spelled


@torch.no_grad()
def with_vocabulary(network: Transformer, old: tokenizers.Tokenizer, new: tokenizers.Tokenizer) -> Transformer:
    """The network with embeddings, and an output bias if it has one, for the tokens of `new`.

    Raises:
        ValueError: `old` cannot spell a token of `new`, or source and target have a vocabulary each.
    """
    if network.src_tokens is not None:
        raise ValueError("expected one vocabulary for source and target; found two: train anew")
    spelled = spelled_by(old, new)
    by_token = {"tokens.weight", "output_proj.weight", "output_bias"}
    weights = {
        name: torch.stack([weight[ids].mean(dim=0) for ids in spelled]) if name in by_token else weight
        for name, weight in network.named_parameters()
    }
    tokenizer = Tokenizer(new)
    ids = {"pad_id": tokenizer.pad_id, "bos_id": tokenizer.bos_id, "eos_id": tokenizer.eos_id}
    return assemble(dataclasses.replace(network.config, vocab_size=len(tokenizer), **ids), weights)


def main(arguments: list[str] | None = None) -> None:
    """Reads the command line and writes the checkpoint, from which `training.train --start-from` goes on."""
    parser = argparse.ArgumentParser(
        prog="python -m training.new_vocabulary", description="A checkpoint's weights for another vocabulary."
    )
    parser.add_argument("checkpoint", type=Path, help="folder that training.train exported")
    parser.add_argument("tokenizer", type=Path, help="tokenizer.json of a run on the new text")
    parser.add_argument("folder", type=Path, help="folder of the new checkpoint")
    args = parser.parse_args(arguments)
    facts = load_facts(args.checkpoint)
    old, new = (tokenizers.Tokenizer.from_file(str(path)) for path in (args.checkpoint / TOKENIZER, args.tokenizer))
    network = with_vocabulary(Checkpoint.load(args.checkpoint).network, old, new)
    Checkpoint(network=network, tokenizer=Tokenizer(new), card=None).save(args.folder)
    write_json(args.folder / TRAINING_FACTS, facts)


if __name__ == "__main__":
    main()
