"""How good a model is on held-out pairs while it trains: loss a token and greedy BLEU."""

from __future__ import annotations

import datasets
import torch

from model.tokenizer import Tokenizer
from model.transformer import Transformer
from model.translator import Translator
from training.bleu import bleu
from training.data import bucketed_batches, collate, directions, tokenize
from training.loss import token_loss
from training.recipe import Recipe


@torch.inference_mode()
def validation_loss(model: Transformer, tokenizer: Tokenizer, pairs: datasets.Dataset, recipe: Recipe) -> float:
    """Cross-entropy in nats a target token, without label smoothing, over both directions."""
    examples = tokenize(pairs[:], recipe.languages, tokenizer, recipe.max_length)
    total = n_labels = 0
    for indices in bucketed_batches(examples, recipe.batch_tokens, seed=0, epoch=0):
        batch = collate([examples[i] for i in indices], tokenizer)
        src, tgt, labels = (tensor.to(model.device) for tensor in batch)
        total += token_loss(model(src, tgt), labels, tokenizer.pad_id).item()
        n_labels += sum(len(examples[i].tgt) for i in indices)
    return total / n_labels


def validate(
    model: Transformer, tokenizer: Tokenizer, valid: dict[str, datasets.Dataset], recipe: Recipe
) -> dict[str, float]:
    """Per corpus the loss, and per direction greedy BLEU (sacreBLEU's defaults) on the first sentences."""
    translator = Translator(model, tokenizer)
    metrics = {}
    for name, pairs in valid.items():
        metrics[f"valid_loss/{name}"] = validation_loss(model, tokenizer, pairs, recipe)
        first = pairs[: recipe.validate_sentences]
        for source, target in directions(recipe.languages):
            translations = translator.translate_sentences(first[source], f"{source}-{target}", beam_size=1)
            metrics[f"valid_bleu/{name}/{source}-{target}"] = bleu(translations, first[target]).value
    return metrics
