"""`python -m training.evaluate CHECKPOINT --data-dir …`: BLEU on held-out text, printed and put into the model card."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from model.translator import Translator
from training.bleu import bleu, tokenized_bleu
from training.card import METRIC_A, METRIC_B, Score, load_facts, score_table, update_card
from training.data import directions, load_corpus, load_tokenized
from training.recipe import Recipe


def evaluate(
    translator: Translator, recipe: Recipe, data_dir: Path, *, split: str, beam_size: int, alpha: float
) -> Iterator[Score]:
    """Both directions of each corpus of the recipe, on its split test or valid.

    sacreBLEU's default for all; BLEU on tokenised text where the corpus has references for it.

    Raises:
        ValueError: a corpus cannot be read, its tokenised references are not one a pair, or a text is too long.
    """
    corpora = recipe.with_split(split)
    texts = {corpus.name: load_corpus(corpus, recipe.languages, split, data_dir)[:] for corpus in corpora}
    tokenized = {
        (corpus.name, language): load_tokenized(corpus, language, data_dir)
        for corpus in corpora
        for language in recipe.languages
        if split == "test" and corpus.tokenized_test is not None
    }
    for (name, language), references in tokenized.items():  # before minutes of translating
        if len(references) != (n_pairs := len(texts[name][language])):
            raise ValueError(
                f"corpus {name}: expected a tokenised reference for each of {n_pairs} pairs without an empty side; "
                f"found {len(references)} in {language}"
            )
    for corpus in corpora:
        pairs = texts[corpus.name]
        for source, target in directions(recipe.languages):
            direction = f"{source}-{target}"
            translations = translator.translate_sentences(pairs[source], direction, beam_size=beam_size, alpha=alpha)
            where = (corpus.name, corpus.split(split), direction)
            yield Score(*where, METRIC_B, *bleu(translations, pairs[target]))
            if references := tokenized.get((corpus.name, target)):
                yield Score(*where, METRIC_A, *tokenized_bleu(translations, references, target))


def main(arguments: list[str] | None = None) -> None:
    """Reads the command line, evaluates, prints the table, and for the test split updates the model card."""
    parser = argparse.ArgumentParser(
        prog="python -m training.evaluate", description="Score a checkpoint on the data of its recipe."
    )
    parser.add_argument("checkpoint", type=Path, help="folder that training.train exported")
    parser.add_argument("--data-dir", type=Path, default=Path("data"), help="folder of the recipe's local files")
    parser.add_argument("--split", choices=("test", "valid"), default="test", help="valid: to choose by; no card")
    parser.add_argument("--beam-size", type=int, default=4)
    parser.add_argument("--alpha", type=float, default=0.6, help="exponent of the length penalty")
    args = parser.parse_args(arguments)

    facts = load_facts(args.checkpoint)
    translator, recipe = Translator.from_pretrained(args.checkpoint), Recipe.from_dict(facts["recipe"])
    search = {"beam_size": args.beam_size, "alpha": args.alpha}
    scores = list(evaluate(translator, recipe, args.data_dir, split=args.split, **search))
    print(score_table(scores))
    if args.split == "test":
        update_card(args.checkpoint, facts, scores, **search)


if __name__ == "__main__":
    main()
