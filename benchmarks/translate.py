"""`python -m benchmarks.translate SENTENCES`: time of our translations, beside others with the same weights.

SENTENCES holds one sentence a line. One of 12 words is translated alone, and the file's first lines at once; by
CTranslate2 in float32 and in int8 and by transformers' `generate` too, on one thread and on two, all at beam 4. They
take turns. Printed are medians of the time and of the processor's time, which what else runs on the machine disturbs
less, each with the median of its ratio to that of CTranslate2 in float32 in the same turn.
"""

from __future__ import annotations

import argparse
import gzip
import platform
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import torch

from benchmarks.peers import TransformersTranslator
from interop.ctranslate2 import BulkTranslator, save_model
from model import Translator

SENTENCE = "The old man is sitting on a bench and reading a newspaper."  # 12 words
REFERENCE = "CTranslate2 float32"
Translate = Callable[[list[str], str], list[str]]


def engines(translator: Translator, folder: Path, threads: int) -> Iterator[tuple[str, Translate]]:
    """Every engine's name and how it translates; those of CTranslate2 lie in `folder`."""
    yield "this project", translator.translate_sentences
    for name, quantization in ((REFERENCE, None), ("CTranslate2 int8", "int8")):
        save_model(translator, folder / name, quantization)
        compute_type = quantization or "float32"
        options = dict(inter_threads=1, intra_threads=threads, compute_type=compute_type)
        yield name, BulkTranslator(folder / name, **options).translate
    yield "transformers", TransformersTranslator(translator).translate


def seconds(translate: Translate, texts: list[str], direction: str) -> tuple[float, float]:
    """Wall time and processor time of one translation."""
    wall, processor = time.perf_counter(), time.process_time()
    translate(texts, direction)
    return time.perf_counter() - wall, time.process_time() - processor


def compare(translates: dict[str, Translate], texts: list[str], direction: str, runs: int, rest: float) -> None:
    """Prints a line an engine; `rest` are the seconds between two of them."""
    ours, *others = [translate(texts, direction) for translate in translates.values()]  # warms up too
    same = [len(texts), *(sum(a == b for a, b in zip(ours, other, strict=True)) for other in others)]
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in translates}
    for _ in range(runs):
        for name, translate in translates.items():
            times[name].append(seconds(translate, texts, direction))
            time.sleep(rest)
    for (name, column), n_same in zip(times.items(), same, strict=True):
        shown = []
        for clock, reference in zip(zip(*column, strict=True), zip(*times[REFERENCE], strict=True), strict=True):
            ratio = statistics.median(a / b for a, b in zip(clock, reference, strict=True))
            shown.append(f"{1000 * statistics.median(clock):8.1f} ms {ratio:5.2f}")
        print(f"  {name:20} {'   processor '.join(shown)}   {n_same} of {len(texts)} as ours", flush=True)


def read_lines(path: Path) -> list[str]:
    """The lines of a text file, packed by gzip or not."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as file:
        return file.read().splitlines()


def processor() -> str:
    """The processor's name as Linux gives it, and what it can do that matters here."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{names[0] if names else platform.processor()}, {torch.backends.cpu.get_cpu_capability()}"


def main() -> None:
    """Prints the times."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.translate")
    parser.add_argument("sentences", type=Path)
    parser.add_argument("--checkpoint", default="checkpoints/en-de")
    parser.add_argument("--direction", default="en-de")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--at-once", type=int, default=256)
    parser.add_argument("--runs", type=int, default=21)
    parser.add_argument("--bulk-runs", type=int, default=3)
    args = parser.parse_args()
    texts = read_lines(args.sentences)[: args.at_once]
    translator = Translator.from_pretrained(args.checkpoint)
    print(processor())
    for threads in args.threads:
        torch.set_num_threads(threads)
        rest = 0.3 if threads > 1 else 0.0  # CTranslate2's threads go on spinning for 0.2 s
        with tempfile.TemporaryDirectory() as folder:
            translates = dict(engines(translator, Path(folder), threads))
            print(f"{threads} thread(s), one sentence alone, medians of {args.runs}")
            compare(translates, [SENTENCE], args.direction, args.runs, rest)
            print(f"{threads} thread(s), {len(texts)} at once, medians of {args.bulk_runs}")
            compare(translates, texts, args.direction, args.bulk_runs, rest)


if __name__ == "__main__":
    main()
