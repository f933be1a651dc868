"""How good a model is on held-out pairs: loss a token and BLEU."""

from __future__ import annotations

import datasets
import sacrebleu
import torch

from model.tokenizer import Tokenizer
from model.transformer import Transformer
from model.translator import Translator
from training.data import bucketed_batches, collate, directions, tokenize
from training.recipe import Recipe


@torch.inference_mode()
def validation_loss(model: Transformer, tokenizer: Tokenizer, pairs: datasets.Dataset, recipe: Recipe) -> float:
    """Cross-entropy in nats a target token, without label smoothing, over both directions."""
    examples = tokenize(pairs, recipe.languages, tokenizer, recipe.max_length)
    total = n_tokens = 0
    for indices in bucketed_batches(examples, 8192, seed=0, epoch=0):
        batch = collate([examples[i] for i in indices], tokenizer)
        src, tgt, labels = (tensor.to(model.device) for tensor in batch)
        real = labels != tokenizer.pad_id
        log_probs = model(src, tgt).log_softmax(dim=-1).gather(-1, labels[..., None])[..., 0]
        total -= log_probs[real].sum().item()
        n_tokens += int(real.sum())
    return total / n_tokens


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
            translations = translator.translate(first[source], f"{source}-{target}", beam_size=1)
            bleu = sacrebleu.corpus_bleu(translations, [first[target]])
            metrics[f"valid_bleu/{name}/{source}-{target}"] = bleu.score
    return metrics
