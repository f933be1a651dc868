"""What could have stood in a word's place: the words that the model thought of at that step, whole.

K words, T target positions, V vocab_size.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from explain.checks import whole_number
from explain.passes import batch_of
from explain.run import Run
from explain.runner import Runner
from explain.tokens import SPACE, Token, spelled, words_of
from model.tokenizer import WORD_START

N_OTHERS = 5
MAX_PIECES = 12  # of a word: what is longer is shown by its beginning
_SPARE = 3  # first pieces looked at beyond that, as some lead to a word that is there already


@dataclass(frozen=True, kw_only=True)
class Part:
    """A part of the translation's text; a word that can be another has the places of its `tokens`."""

    text: str
    tokens: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Alternative:
    """A word with its token `ids`: `probability` is the product of its pieces', each given all before it.

    `special` is the end of the text, `whole` whether the word ends with its last piece.
    """

    ids: tuple[int, ...]
    text: str
    special: bool
    whole: bool
    probability: float


@dataclass(frozen=True, kw_only=True)
class Alternatives:
    """The word at a position as it stands, the likeliest others, and the probability of all that is not among them.

    Each of the others begins with another piece, and goes on with the most probable ones to the word's end.
    """

    position: int
    own: Alternative
    others: tuple[Alternative, ...]
    rest_probability: float


def parts(run: Run) -> tuple[Part, ...]:
    """The translation's text in parts, in their order: words that can be others, and what stands between them."""
    text, tokens, found, at = run.translation.text, run.target_out, [], 0
    for word in words_of(tokens):
        places = _without_punctuation(tokens, word.tokens)
        written = spelled(tokens[i] for i in places).strip()
        begin = text.find(written, at) if written and not word.special else -1
        if begin < 0:
            continue
        if places[0] >= run.n_text:
            if begin > at:
                found.append(Part(text=text[at:begin]))
            found.append(Part(text=written, tokens=places))
            at = begin + len(written)
    return (*found, Part(text=text[at:])) if at < len(text) else tuple(found)


def alternatives(run: Run, position: int, n_others: int = N_OTHERS) -> Alternatives:
    """What could have come instead of the word that begins at `position` of the translation, likeliest first.

    Raises:
        ValueError: no such position, or one in the text that a language model continues.
    """
    _check_free(run, position)
    tokens = run.target_out
    word = next(word for word in words_of(tokens) if position in word.tokens)
    places = [i for i in _without_punctuation(tokens, word.tokens) if i >= position] or [position]
    log_probs = run.trace["logits"][0, position : position + len(places)].double().log_softmax(dim=-1)
    own_ids = [tokens[i].id for i in places]
    own = _alternative(run, own_ids, sum(float(row[i]) for row, i in zip(log_probs, own_ids, strict=True)), whole=True)
    completed = _completed(run, position, _first_pieces(run, log_probs[0], own_ids[0], n_others + _SPARE))
    found = {own.text: own}
    for other in sorted(completed, key=lambda other: -other.probability):
        found.setdefault(other.text, other)
    likeliest = tuple(found.values())[1 : n_others + 1]
    rest = 1 - sum(each.probability for each in (own, *likeliest))
    return Alternatives(position=position, own=own, others=likeliest, rest_probability=max(rest, 0.0))


def replace_word(runner: Runner, run: Run, position: int, ids: Sequence[int]) -> Run:
    """The run with a word's token `ids` at `position`: what stands before stays, and the search goes on behind it.

    Raises:
        ValueError: no such position, one in the text that a language model continues, or as `Runner.run`.
    """
    _check_free(run, position)
    if not isinstance(ids, list | tuple) or not ids:
        raise ValueError("word: expected a list of token ids; found none")
    return runner.run(run.text, run.settings, 0, (*run.translation.ids[run.n_text : position], *ids))


def _check_free(run: Run, position: int) -> None:
    whole_number("position", position, run.n_text, len(run.target_out) - 1)


def _without_punctuation(tokens: Sequence[Token], places: tuple[int, ...]) -> tuple[int, ...]:
    """The places of a word without the signs at its ends; none of what is signs alone."""
    inner = [i for i in places if not tokens[i].is_punctuation]
    return tuple(range(inner[0], inner[-1] + 1)) if inner else ()


def _first_pieces(run: Run, log_probs: Float[Tensor, " V"], own: int, n_pieces: int) -> list[int]:
    """The likeliest tokens that can begin a word, a sign, or the end, without the word's own."""
    allowed = log_probs.clone()
    allowed[[*run.forbidden_ids, own]] = float("-inf")
    likeliest = run.tokens(allowed.topk(min(4 * n_pieces, len(allowed))).indices.tolist())
    begins = [token.id for token in likeliest if token.special or token.is_punctuation or _starts(token)]
    return [i for i in begins if allowed[i] > float("-inf")][:n_pieces]


def _starts(token: Token) -> bool:
    return token.text.startswith(WORD_START)


@torch.inference_mode()
def _completed(run: Run, position: int, first: list[int]) -> list[Alternative]:
    """The words that begin with these pieces, each gone on with greedily until another word would begin."""
    network, read = run.network, [token.id for token in run.target_in[: position + 1]]
    src = batch_of(network, run.prompt.src) if run.prompt.src else None
    memory, mask = (None, None) if src is None else (network.encode(src), network.src_mask(src))
    words = [[token_id] for token_id in first]
    ends = [token.special or token.is_punctuation for token in run.tokens(first)]
    n_pieces = min(MAX_PIECES, run.limit - position)
    log_probs = run.trace["logits"][0, position].double().log_softmax(dim=-1)[first].tolist()
    for n in range(1, n_pieces + 1):
        open_words = [i for i in range(len(words)) if not ends[i]]
        if not open_words or len(read) + n > run.config.max_positions:
            break
        tgt = torch.tensor([[*read, *words[i]] for i in open_words], device=network.device)
        seen = None if memory is None else memory.expand(len(open_words), -1, -1)
        following = network.decode(tgt, seen, mask)[:, -1].double().log_softmax(dim=-1)  # (K, V)
        best = following.argmax(dim=-1).tolist()
        for row, (i, token) in enumerate(zip(open_words, run.tokens(best), strict=True)):
            ends[i] = token.special or token.is_punctuation or _starts(token)
            if not ends[i] and n < n_pieces:
                words[i].append(token.id)
                log_probs[i] += float(following[row, token.id])
    return [_alternative(run, *each) for each in zip(words, log_probs, ends, strict=True)]


def _alternative(run: Run, ids: Sequence[int], log_prob: float, whole: bool) -> Alternative:
    tokens = run.tokens(ids)
    return Alternative(
        ids=tuple(ids),
        text=tokens[0].text if tokens[0].special else spelled(tokens).strip() or SPACE,
        special=tokens[0].special,
        whole=whole,
        probability=float(torch.tensor(log_prob, dtype=torch.float64).exp()),
    )
