"""How near each way to choose a source word comes to people's alignments: the alignment error rate (Och and Ney 2003).

python -m benchmarks.alignment GOLD [--checkpoint FOLDER] [--tsv]

GOLD is a file such as `europarl.de-en.tsv`: sentence TAB sentence TAB links `i-j`, all of them sure, its languages in
its name. The reference is forced, and each of its words takes its best source word, in both directions. The error rate
is that of all sentences together, its interval 95% of 2,000 draws of as many sentences. The figures are written beside
the checkpoint's weights, where the page finds them.

T target, S source tokens of a pair without what stands around the text, H heads.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float

from explain.attention import attention_maps
from explain.measured import AlignmentFigure, MeasuredAlignment, save_measured_alignment
from explain.run import Run, Settings
from explain.runner import Runner
from explain.source_words import by_word, logit_shares
from explain.tokens import Word
from model.translator import Translator
from training.alignment_error import AlignedPair, load_alignment
from training.frames_table import alignment_direction

MEAN, SHARE, AVERAGE = "mean-of-heads", "logit-share", "logit-share-average"
AGREEING = f"{AVERAGE}-agreeing"  # links that both directions make
DRAWS = 2000
Links = frozenset[tuple[int, int]]  # source word, target word


def forced(runner: Runner, pair: AlignedPair, direction: str) -> Run:
    """The run of a pair's first side that translates it as its second.

    Raises:
        ValueError: the model sees other words in the text than the file.
    """
    sentence = runner.tokenizer.decode(pair.first.ids)
    settings = Settings(direction=direction, beam_size=1, n_best=1)
    run = runner.run(sentence, settings, prefix=[*pair.second.ids, runner.tokenizer.eos_id])
    if run.prompt.src[1:-1] != tuple(pair.first.ids):
        raise ValueError(f"expected the tokens of each word by itself to be those of the sentence; found {sentence!r}")
    return run


def tables(run: Run) -> Iterator[tuple[str, Float[np.ndarray, "T S"]]]:
    """Every way's name and what it gives each target token and source token of a run; the largest is the best.

    A token is read by the row after the one that predicts it.
    """
    weights = attention_maps(run, "cross").weights.astype(np.float64)
    n_layers, n_heads = weights.shape[:2]
    written = np.stack([values_written(run, layer) for layer in range(n_layers)])
    norms = np.linalg.norm(np.einsum("lhts,lhsd->ltsd", weights, written), axis=-1)
    ways = {
        f"head-{layer + 1}.{head + 1}": weights[layer, head] for layer in range(n_layers) for head in range(n_heads)
    }
    ways |= {f"mean-of-layer-{layer + 1}": weights[layer].mean(axis=0) for layer in range(n_layers)}
    ways |= {"mean-of-all": weights.mean(axis=(0, 1)), MEAN: weights[max(n_layers - 2, 0)].mean(axis=0)}
    ways |= {f"norm-of-layer-{layer + 1}": norms[layer] for layer in range(n_layers)}
    for name, table in ways.items():
        yield name, table[:-1, 1:-1]
        if name != MEAN:
            yield f"{name}-reading", table[1:, 1:-1]
    for name, against_average in ((SHARE, False), (AVERAGE, True)):
        yield name, logit_shares(run, against_average).sum(axis=(0, 1))[:-1, 1:-1]


def values_written(run: Run, layer: int) -> Float[np.ndarray, "H S D"]:
    """v W^O_head at each source position (Kobayashi et al. 2020)."""
    path = f"decoder.layers.{layer}.cross_attn"
    v = run.trace[f"{path}.v"][0].double()
    projection = run.network.get_parameter(f"{path}.out_proj.weight").detach().cpu().double()
    return torch.einsum("hsi,dhi->hsd", v, projection.unflatten(1, (len(v), -1))).numpy()


def links_of(table: Float[np.ndarray, "T S"], pair: AlignedPair) -> Links:
    """Each target word with its best source word."""
    best = by_word(table, words(pair.first.words), words(pair.second.words)).argmax(axis=1)
    return frozenset((int(source), target) for target, source in enumerate(best))


def words(numbers: list[int]) -> tuple[Word, ...]:
    """The words of one side by each token's word number."""
    places = [[i for i, word in enumerate(numbers) if word == number] for number in range(numbers[-1] + 1)]
    return tuple(Word(text="", tokens=tuple(each), special=False) for each in places)


def found_links(runner: Runner, pairs: list[AlignedPair], direction: str) -> dict[str, list[Links]]:
    """By way, the links of each pair."""
    found: dict[str, list[Links]] = {}
    for pair in pairs:
        for name, table in tables(forced(runner, pair, direction)):
            found.setdefault(name, []).append(links_of(table, pair))
    return found


def figure(method: str, direction: str, found: list[Links], pairs: list[AlignedPair]) -> AlignmentFigure:
    """The error rate over all pairs, and its interval over draws of pairs."""
    right = np.array([len(links & pair.links) for links, pair in zip(found, pairs, strict=True)])
    n_links = np.array([len(links) + len(pair.links) for links, pair in zip(found, pairs, strict=True)])
    drawn = np.random.default_rng(0).integers(len(pairs), size=(DRAWS, len(pairs)))
    errors = 1 - 2 * right[drawn].sum(axis=1) / n_links[drawn].sum(axis=1)
    low, high = np.quantile(errors, [0.025, 0.975])
    error = 1 - 2 * right.sum() / n_links.sum()
    return AlignmentFigure(method=method, direction=direction, error=float(error), low=float(low), high=float(high))


def measure(runner: Runner, pairs: list[AlignedPair], direction: str) -> list[AlignmentFigure]:
    """All ways in both directions; `direction` is that from the pairs' first sides to their second."""
    turned = [pair.turned() for pair in pairs]
    back = "-".join(direction.split("-")[::-1])
    there, here = found_links(runner, pairs, direction), found_links(runner, turned, back)
    both = [
        links & frozenset((s, t) for t, s in others)
        for links, others in zip(there[AVERAGE], here[AVERAGE], strict=True)
    ]
    return [
        *(figure(method, direction, found, pairs) for method, found in there.items()),
        *(figure(method, back, found, turned) for method, found in here.items()),
        figure(AGREEING, f"{direction}+{back}", both, pairs),
    ]


def main(arguments: list[str] | None = None) -> None:
    """Reads the command line, measures, writes the figures beside the checkpoint, and prints them."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.alignment",
        description="Hold attention and shares of logits against word alignments that people made.",
    )
    parser.add_argument("gold", type=Path, help="NAME.LANGUAGE-LANGUAGE.tsv, as europarl.de-en.tsv")
    parser.add_argument("--checkpoint", type=Path, default=Path("checkpoints/en-de"), help="its folder")
    parser.add_argument("--tsv", action="store_true", help="print method, direction, AER, low, high by tabs alone")
    options = parser.parse_args(arguments)
    try:
        measured = measure_file(options.gold, options.checkpoint)
    except ValueError as error:
        parser.exit(2, f"{error}\n")
    save_measured_alignment(measured, options.checkpoint)
    if not options.tsv:
        print(f"{measured.n_sentences} pairs of {measured.text}; alignment error rate and its 95% interval")
    for each in measured.figures:
        values = (each.method, each.direction, *(f"{value:.4f}" for value in (each.error, each.low, each.high)))
        print("\t".join(values) if options.tsv else "{:28} {:12} {}  {} to {}".format(*values))


def measure_file(gold: Path, checkpoint: Path) -> MeasuredAlignment:
    """The figures of a checkpoint on a file.

    Raises:
        ValueError: the file or the checkpoint is not there or damaged, or the model does not translate its languages.
    """
    if not gold.is_file():
        raise ValueError(f"gold: expected a file of sentence TAB sentence TAB links; found none at {gold}")
    runner = Runner(Translator.from_pretrained(checkpoint))
    direction = alignment_direction(gold.name)
    if direction not in runner.directions:
        expected = " or ".join(f"NAME.{each}.tsv" for each in runner.directions)
        raise ValueError(f"gold: expected a file whose name says its languages, {expected}; found {gold.name}")
    pairs = load_alignment(gold, runner.text_model.tokenizer)
    figures = measure(runner, pairs, direction)
    return MeasuredAlignment(text=gold.name.split(".")[0], n_sentences=len(pairs), figures=tuple(figures))


if __name__ == "__main__":
    main()
