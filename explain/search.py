"""What beam search makes of a text (§6.1), with the model's own probability for each token."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Hashable, Sequence
from dataclasses import asdict, dataclass, replace

import torch
from torch.nn.utils.rnn import pad_sequence

from explain.passes import batch_of, teacher_forced
from explain.run import Settings, Translation
from explain.tokens import TargetToken, tokens_of
from model.decoding import BeamStep, Hypothesis, beam_search, length_penalty
from model.text_model import Prompt, TextModel
from model.transformer import Transformer

BATCH_TOKENS = 2**11  # of the source, padded, in all beams of a batch: half a second's work, so that others' turn comes
BATCH_LOGITS = 2**21  # of one step of all beams: 8 MB in single precision


@dataclass(frozen=True, kw_only=True)
class Search:
    """What was found, best first, and in how much wall time; the same whichever hypothesis is inspected."""

    translations: tuple[Translation, ...]
    seconds: float


@dataclass(frozen=True, kw_only=True)
class Asked:
    """All that a search is a function of, beside the model: hypotheses begin with the target ids `prefix`."""

    prompt: Prompt
    settings: Settings
    prefix: tuple[int, ...] = ()

    @property
    def read(self) -> tuple[int, ...]:
        """What the decoder reads before it is asked anything."""
        return (*self.prompt.start, *self.prefix)

    @property
    def padded(self) -> int:
        """The source's length in a batch: 16 tokens, or twice as many as often as needed."""
        return max(16, 2 ** math.ceil(math.log2(len(self.prompt.src))))


def alike(asked: Asked) -> Hashable:
    """What searches of one batch share: how to search, and about the length, so that none waits for a long one.

    The direction is a token of the source, and may differ. Without a source, or with a forced beginning, it is alone.
    """
    if not asked.prompt.src or asked.prefix:
        return asked
    return asked.prompt.start, asked.padded, replace(asked.settings, direction="")


def batch_size(text_model: TextModel, asked: Asked) -> int:
    """How many searches like this one make a batch of bounded time and memory."""
    beam_size, vocab_size = asked.settings.beam_size, text_model.network.config.vocab_size
    if not asked.prompt.src or asked.prefix:
        return 1
    return max(1, min(BATCH_TOKENS // asked.padded, BATCH_LOGITS // vocab_size) // beam_size)


def search(text_model: TextModel, prompt: Prompt, settings: Settings, prefix: tuple[int, ...] = ()) -> Search:
    """The hypotheses for a prompt that begin with the target ids `prefix`."""
    [found] = search_batch(text_model, [Asked(prompt=prompt, settings=settings, prefix=prefix)])
    return found


@torch.inference_mode()
def search_batch(text_model: TextModel, batch: Sequence[Asked]) -> list[Search]:
    """What one search finds, or each of several that are `alike`: the same as alone, but for the rounding of sums."""
    begin = time.perf_counter()
    if len(batch) > 1:
        found = _together(text_model, batch)
    else:
        [asked] = batch
        found = [_alone(text_model, asked)]
    seconds = time.perf_counter() - begin
    return [
        Search(translations=_translations(text_model, asked, hypotheses), seconds=seconds)
        for asked, hypotheses in zip(batch, found, strict=True)
    ]


def _alone(text_model: TextModel, asked: Asked) -> list[Hypothesis]:
    prompt, settings, read = asked.prompt, asked.settings, asked.read
    room = prompt.limit - len(read) + 1
    if not room or asked.prefix[-1:] == (text_model.tokenizer.eos_id,):
        return [Hypothesis(ids=(), log_probs=(), score=0.0)]
    return continued(text_model, prompt, settings, read, room, early_stopping=text_model.beam.early_stopping)


def _together(text_model: TextModel, batch: Sequence[Asked]) -> list[list[Hypothesis]]:
    """As alone: the limit of a prompt is the one that a search without `max_length` has."""
    settings, beam = batch[0].settings, text_model.beam
    src = pad_sequence(
        [torch.tensor(asked.prompt.src) for asked in batch],
        batch_first=True,
        padding_value=text_model.network.config.pad_id,
    )
    return beam_search(
        text_model.network,
        src.to(text_model.network.device),
        n_best=settings.n_best,
        start=batch[0].read,
        **asdict(replace(beam, beam_size=settings.beam_size, alpha=settings.alpha)),
    )


def _translations(text_model: TextModel, asked: Asked, found: Sequence[Hypothesis]) -> tuple[Translation, ...]:
    """Hypotheses as the page shows them, with the text and with what was forced."""
    network, tokenizer = text_model.network, text_model.tokenizer
    beam = text_model.beam  # what the settings say nothing of
    prompt, settings, read = asked.prompt, asked.settings, asked.read
    given = log_probs_of(network, prompt.src, read)
    counted = log_probs_of(network, prompt.src, read, beam.forbidden) if beam.renormalize else given
    translations = []
    for ids, log_probs in ((hypothesis.ids, hypothesis.log_probs) for hypothesis in found):
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
    # with a prefix, the penalty of the whole length can order them otherwise than that of the part searched
    translations.sort(key=lambda translation: -translation.score)
    return tuple(translations)


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
