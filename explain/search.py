"""What beam search makes of a text (§6.1), with the model's own probability for each token."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch

from explain.passes import batch_of, teacher_forced
from explain.run import Settings, Translation
from explain.tokens import TargetToken, tokens_of
from model.decoding import BeamStep, Hypothesis, beam_search, length_penalty
from model.text_model import Prompt, TextModel
from model.transformer import Transformer


@dataclass(frozen=True, kw_only=True)
class Search:
    """What was found, best first, and in how much wall time; the same whichever hypothesis is inspected."""

    translations: tuple[Translation, ...]
    seconds: float


@torch.inference_mode()
def search(text_model: TextModel, prompt: Prompt, settings: Settings, prefix: tuple[int, ...] = ()) -> Search:
    """The hypotheses for a prompt that begin with the target ids `prefix`."""
    begin = time.perf_counter()
    network, tokenizer = text_model.network, text_model.tokenizer
    beam = text_model.beam  # what the settings say nothing of
    read = (*prompt.start, *prefix)
    room = prompt.limit - len(read) + 1
    given = log_probs_of(network, prompt.src, read)
    counted = log_probs_of(network, prompt.src, read, beam.forbidden) if beam.renormalize else given
    found: list[tuple[tuple[int, ...], tuple[float, ...]]] = [((), ())]
    if room and prefix[-1:] != (tokenizer.eos_id,):
        hypotheses = continued(text_model, prompt, settings, read, room, early_stopping=beam.early_stopping)
        found = [(hypothesis.ids, hypothesis.log_probs) for hypothesis in hypotheses]
    translations = []
    for ids, log_probs in found:
        all_ids, own = (*read, *ids), [*given, *log_probs]
        if beam.renormalize:  # then those of the search are not the model's own
            own = log_probs_of(network, prompt.src, all_ids)
        scored = [*counted, *log_probs][len(prompt.start) - 1 :]
        score = sum(scored) / length_penalty(len(scored), settings.alpha, beam.length_offset)
        # what the decoder read first is predicted by nothing
        tokens = tuple(
            TargetToken(
                id=token.id,
                text=token.text,
                special=token.special,
                word=token.word,
                probability=math.exp(log_prob),
                given=i < len(given),
            )
            for i, (token, log_prob) in enumerate(zip(tokens_of(all_ids, tokenizer)[1:], own, strict=True))
        )
        translations.append(Translation(text=tokenizer.decode(all_ids), tokens=tokens, score=score))
    seconds = time.perf_counter() - begin
    # with a prefix, the penalty of the whole length can order them otherwise than that of the part searched
    translations.sort(key=lambda translation: -translation.score)
    return Search(translations=tuple(translations), seconds=seconds)


def continued(
    text_model: TextModel,
    prompt: Prompt,
    settings: Settings,
    read: Sequence[int],
    room: int,
    *,
    early_stopping: bool,
    watch: Callable[[BeamStep], None] | None = None,
) -> list[Hypothesis]:
    """How the search goes on, by at most `room` tokens, from what the decoder has `read`; `watch` is told each step."""
    network, beam = text_model.network, text_model.beam
    [hypotheses] = beam_search(
        network,
        batch_of(network, prompt.src) if prompt.src else None,
        n_best=settings.n_best,
        start=read,
        max_length=room,
        beam_size=settings.beam_size,
        alpha=settings.alpha,
        length_offset=beam.length_offset,
        early_stopping=early_stopping,
        renormalize=beam.renormalize,
        forbidden=beam.forbidden,
        watch=watch,
    )
    return hypotheses


def log_probs_of(
    network: Transformer, src: Sequence[int], ids: Sequence[int], forbidden: Sequence[int] = ()
) -> list[float]:
    """Log-probability of each id but the first, given those before it, among all ids but the `forbidden` ones."""
    if len(ids) == 1:
        return []
    logits = teacher_forced(network, src, ids[:-1])[0].float()  # (T, V)
    logits[:, list(forbidden)] = float("-inf")
    return logits.log_softmax(dim=-1).gather(1, batch_of(network, ids[1:]).T)[:, 0].tolist()
