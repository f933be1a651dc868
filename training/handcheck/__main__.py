"""`python -m training.handcheck CHECKPOINT`: the hand-check list, translated, with the judgements kept beside it."""

from __future__ import annotations

import argparse
from pathlib import Path

from model.translator import Translator
from training.handcheck import check, found_in_data, read_judgements, read_sentences
from training.handcheck.report import listing, markdown, to_judge


def main(arguments: list[str] | None = None) -> None:
    """Reads the command line, translates, and prints."""
    parser = argparse.ArgumentParser(
        prog="python -m training.handcheck", description="Translate the hand-check list and count what is right."
    )
    parser.add_argument("checkpoint", type=Path, help="folder that training.train exported")
    form = parser.add_mutually_exclusive_group()
    form.add_argument(
        "--unjudged", action="store_true", help="print only outputs without a verdict, as lines of judgements.tsv"
    )
    form.add_argument("--markdown", action="store_true", help="print the counts and what is wrong, for a README")
    parser.add_argument("--data-dir", type=Path, help="first check that no new sentence stands in the data there")
    args = parser.parse_args(arguments)

    sentences = read_sentences()
    if args.data_dir is not None:
        marked = {sentence for sentence in sentences if sentence.in_data}
        if (found := found_in_data(sentences, args.data_dir)) - marked:
            texts = ", ".join(sorted(repr(sentence.text) for sentence in found - marked))
            parser.error(f"expected no sentence of the list in the data, unless it says so; found {texts}: replace it")
    checked = check(Translator.from_pretrained(args.checkpoint).translate, sentences, read_judgements())
    say = to_judge if args.unjudged else markdown if args.markdown else listing
    print(say(checked))


if __name__ == "__main__":
    main()
