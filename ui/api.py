"""Named endpoints for programs: the numbers of the page as JSON."""

from __future__ import annotations

from typing import Any

from gradio.events import api

from explain.attention import attention_maps, head_statistics
from explain.contrast import contrast, token_as_written
from explain.kinds import checked_kind
from explain.next_token import Sampling, distribution, steps
from explain.plain import plain
from explain.positional import model_table, position_table
from explain.run import Settings
from explain.runner import Runner
from explain.source_words import source_words as words_with_shares
from ui.events import in_line, kindly


def add_api(runner: Runner) -> None:
    """Registers the endpoints on the surrounding Blocks."""

    @kindly
    def translate(
        text: str, direction: str = "en-de", beam_size: int = 4, length_penalty: float = 0.6, n_hypotheses: int = 1
    ) -> dict[str, Any]:
        """Translates a text: the translation, the hypotheses with their scores and token probabilities, the seconds."""
        run = runner.run(
            text, Settings(direction=direction, beam_size=beam_size, alpha=length_penalty, n_best=n_hypotheses)
        )
        return {
            "translation": run.translation.text,
            "direction": direction,
            "source": plain(run.source),
            "hypotheses": plain(run.translations),
            "seconds": run.seconds,
        }

    @kindly
    def attention(text: str, direction: str = "en-de", kind: str = "cross") -> dict[str, Any]:
        """The attention weights of one kind (encoder, decoder, cross) for the best translation; each head's figures."""
        run = runner.run(text, Settings(direction=direction))
        maps = attention_maps(run, checked_kind(kind, run.kinds))
        return {
            "translation": run.translation.text,
            **plain(maps),  # weights: layer, head, row, column
            "statistics": plain(head_statistics(maps)),
        }

    @kindly
    def next_token(
        text: str,
        direction: str = "en-de",
        position: int = 0,
        temperature: float = 1.0,
        top_k: int = 0,
        top_p: float = 1.0,
        n_shown: int = 10,
    ) -> dict[str, Any]:
        """What could stand at one position of the best translation, before and after the cuts of sampling."""
        run = runner.run(text, Settings(direction=direction))
        sampling = Sampling(temperature=temperature, top_k=top_k, top_p=top_p)
        return {
            "translation": run.translation.text,
            "tokens": plain(run.target_out),
            "steps": plain(steps(run)),
            **plain(distribution(run, position, sampling, n_shown)),
        }

    @kindly
    def source_words(text: str, direction: str = "en-de", hypothesis: int = 0) -> dict[str, Any]:
        """Where each word of a translation came from: how much each source word added to its logit.

        Args:
            text: what to translate.
            direction: such as en-de.
            hypothesis: which of the translations found, from 0, the best.

        Returns:
            source, target: the words of both sides, in order. share[t][s]: what source word s added to the logit of
            target word t against the average word of the vocabulary, by the direct path; below 0 it spoke against it.
            attention[t][s]: how much the model looked at the word, 0 to 1, as the mean of the heads of the last
            decoder layer but one. aligned[t][s]: the weights of a head that learned from word alignments, or null.
            links: "s-t" for each target word with the source word of the largest share, words counted from 0
            (Pharaoh's format). pieces: the same for all tokens in the model's order, before pieces are put together and
            with what is no word: the source's language tag and the ends.
        """
        found = words_with_shares(runner.run(text, Settings(direction=direction), hypothesis))
        n_source, n_target = (sum(not word.special for word in words) for words in (found.source, found.target))
        tables = {"share": found.share, "attention": found.attention, "aligned": found.aligned}
        return {
            "source": [word.text for word in found.source[:n_source]],
            "target": [word.text for word in found.target[:n_target]],
            **{name: None if t is None else plain(t[:n_target, :n_source]) for name, t in tables.items()},
            "links": found.links,
            "pieces": plain(found.pieces),
        }

    @kindly
    def why(text: str, direction: str = "en-de", step: int = 0, rival: str = "", hypothesis: int = 0) -> dict[str, Any]:
        """Why the model wrote this token and not that one: the difference of their logits, part by part.

        Args:
            text: what to translate.
            direction: such as en-de.
            step: which token of the translation, from 0.
            rival: any other token of the vocabulary as the page writes it, such as Haus, ▁Haus or </s>; ▁ or a space in
                front marks the start of a word.
            hypothesis: which of the translations found, from 0, the best.

        Returns:
            token, rival: the two, as in the vocabulary. difference: logit of token less logit of rival. parts: what
            adds up to it, each with a value, above 0 for the token, below 0 for the rival. A part is `source: WORD`, by
            way of cross-attention; `read: WORD`, a word that was written or read before, by way of the decoder's
            self-attention; both with their place among the words and the attention on them. Or it is `feed-forward`,
            `embedding` (the token read at this step, with its position) or `rest` (biases and the LayerNorms' shifts).
        """
        run = runner.run(text, Settings(direction=direction), hypothesis)
        found = contrast(run, step, token_as_written(run, step, rival))
        return {
            "token": found.chosen.text,
            "rival": found.rival.text,
            "difference": found.difference,
            "parts": [{"part": part.name, **plain(part)} for part in found.parts],
            "logit": found.chosen_logit,
            "rival_logit": found.rival_logit,
            "tokens": plain(run.target_out),
        }

    @kindly
    def positional_encoding(n_positions: int = 50, d_model: int | None = None) -> dict[str, Any]:
        """The sinusoidal table of any size, or without d_model the bundled model's own: values and wavelengths."""
        if d_model is None:
            return plain(model_table(runner.network, n_positions))
        return plain(position_table(n_positions, d_model))

    for endpoint in (translate, attention, next_token, source_words, why, positional_encoding):
        api(in_line(endpoint), api_name=endpoint.__name__, concurrency_id="model", concurrency_limit=1)
