"""python -m interop.ctranslate2: a checkpoint for CTranslate2, and files through it.

    python -m interop.ctranslate2 export checkpoints/en-de FOLDER --quantization int8
    python -m interop.ctranslate2 translate FOLDER IN.txt OUT.txt --direction en-de

The second may be stopped and started again: it goes on behind the lines that OUT.txt holds.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from tqdm import tqdm

from interop.ctranslate2 import BulkTranslator, save_model
from interop.ctranslate2.lines import translate_file
from model.translator import Translator


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    export = commands.add_parser("export", help="write a checkpoint as a model of CTranslate2")
    export.add_argument("checkpoint", help="a folder, or a repository on the Hub")
    export.add_argument("folder", type=Path)
    export.add_argument("--quantization", help="int8 is the quickest on most processors; float32 without it")
    translate = commands.add_parser("translate", help="translate a file line by line")
    translate.add_argument("folder", type=Path, help="what export wrote")
    translate.add_argument("source", type=Path)
    translate.add_argument("target", type=Path)
    translate.add_argument("--direction", required=True, help="such as en-de")
    translate.add_argument("--threads", type=int, default=os.cpu_count(), help="one batch each; all cores without it")
    arguments = parser.parse_args()
    try:
        if arguments.command == "export":
            save_model(Translator.from_pretrained(arguments.checkpoint), arguments.folder, arguments.quantization)
        else:
            _translate(arguments.folder, arguments.source, arguments.target, arguments.direction, arguments.threads)
    except (OSError, ValueError) as error:
        sys.exit(f"error: {error}")


def _translate(folder: Path, source: Path, target: Path, direction: str, threads: int) -> None:
    translator = BulkTranslator(folder, inter_threads=threads, intra_threads=1)
    with open(source, "rb") as file:
        n_lines = sum(1 for _ in file)
    steps = translate_file(translator, source, target, direction)
    with tqdm(total=n_lines, initial=next(steps), unit="line") as bar:
        for done in steps:
            bar.update(done - bar.n)


if __name__ == "__main__":
    main()
