"""DecoderLens (Langedijk et al. 2024): what the decoder says when the encoder stops after fewer layers.

N encoder layers, P = N + 1 depths (the embedding, and after each layer), S source positions, D d_model.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from difflib import SequenceMatcher

import torch
from jaxtyping import Float
from torch import Tensor

from explain.depth import stream_paths
from explain.passes import batch_of
from explain.run import Run
from model.decoding import beam_search
from model.taps import intervene

# A word with what stands inside of it (don't, 3.5, U-Bahn), or a single mark, each with the space before it.
_WORDS = re.compile(r"\s*(?:\w+(?:['’.,-]\w+)*|\S)")


@dataclass(frozen=True, kw_only=True)
class Word:
    """A word or a mark of a sentence, with the space before it.

    `final` is the place of the same word in the ladder's last sentence, counted from 0, or None: it has none there.
    """

    text: str
    final: int | None


@dataclass(frozen=True, kw_only=True)
class Rung:
    """What the decoder says of the source after `layer` encoder layers; 0 is the embedding.

    `cut` where the length limit ended the sentence and not the decoder.
    """

    layer: int
    text: str
    words: tuple[Word, ...]
    cut: bool


@dataclass(frozen=True, kw_only=True)
class Ladder:
    """The sentences from all P depths; the last is the run's own.

    `since` tells of each of its words from which depth on every sentence has it, in the same order as the last.
    """

    rungs: tuple[Rung, ...]
    since: tuple[int, ...]


def ladder(run: Run) -> Ladder:
    """The encoder's layers in words: each depth is decoded as the run was, and the same one of its hypotheses taken.

    The decoder was never trained on what the earlier depths hold: this is what it says if it has to speak from there.
    The last sentence is taken from the run: in a batch its sums are rounded otherwise, and where two beams all but tie
    another could win.

    Raises:
        ValueError: the model has no encoder.
    """
    said = (*decoded(run, memories(run)[:-1]), run.translation.ids)
    texts = [run.tokenizer.decode((*run.prompt.start, *ids)) for ids in said]
    words, since = settling(texts)
    rungs = tuple(
        Rung(layer=layer, text=texts[layer], words=words[layer], cut=ids[-1:] != (run.config.eos_id,))
        for layer, ids in enumerate(said)
    )
    return Ladder(rungs=rungs, since=since)


@torch.inference_mode()
def memories(run: Run) -> Float[Tensor, "P S D"]:
    """What the decoder would read if the encoder ended at each depth: FinalNorm(x_n).

    In post-norm there is no final LayerNorm, and each layer has ended with its own; the embedding stays as it is.

    Raises:
        ValueError: the model has no encoder.
    """
    if not run.translates:
        raise ValueError("decoder lens: expected a model with an encoder; found a decoder alone: it has no such ladder")
    states = torch.cat([run.trace[path] for path in stream_paths(run, "encoder")])
    return run.stack("encoder").final_norm(states.to(run.network.device))


def decoded(run: Run, memory: Float[Tensor, "n S D"]) -> tuple[tuple[int, ...], ...]:
    """The target ids that the run's own search finds from each of these memories, in one batch, behind its prefix.

    Of each the hypothesis of the same rank as the run's is taken, or the last that was found.
    """
    settings, read = run.settings, (*run.prompt.start, *run.prefix)
    room = run.limit - len(read) + 1
    if not room or run.prefix[-1:] == (run.config.eos_id,):
        return (run.prefix,) * len(memory)  # nothing was left to say
    with intervene({"encoder.output": lambda _: memory}):
        found = beam_search(
            run.network,
            batch_of(run.network, run.prompt.src).expand(len(memory), -1),
            n_best=run.chosen + 1,
            start=read,
            max_length=room,
            **asdict(replace(run.text_model.beam, beam_size=settings.beam_size, alpha=settings.alpha)),
        )
    return tuple((*run.prefix, *hypotheses[-1].ids) for hypotheses in found)


def settling(texts: Sequence[str]) -> tuple[tuple[tuple[Word, ...], ...], tuple[int, ...]]:
    """The words of each text, and from which text on each word of the last one is in all of them."""
    sentences = [_WORDS.findall(text.strip()) for text in texts]
    words = tuple(_in_final_form(sentence, sentences[-1]) for sentence in sentences)
    kept = [{word.final for word in sentence} for sentence in words]
    without = ([i for i, places in enumerate(kept) if place not in places] for place in range(len(sentences[-1])))
    return words, tuple(missing[-1] + 1 if missing else 0 for missing in without)


def _in_final_form(sentence: list[str], final: list[str]) -> tuple[Word, ...]:
    places: list[int | None] = [None] * len(sentence)
    one, other = ([word.strip() for word in words] for words in (sentence, final))
    for block in SequenceMatcher(None, one, other, autojunk=False).get_matching_blocks():
        places[block.a : block.a + block.size] = range(block.b, block.b + block.size)
    return tuple(Word(text=word, final=place) for word, place in zip(sentence, places, strict=True))
