"""Named endpoints for programs: the numbers of the page as JSON."""

from __future__ import annotations

from typing import Any

from gradio.events import api

from explain import patching
from explain.attention import attention_maps, head_statistics
from explain.beam_tree import beam_tree
from explain.contrast import contrast, token_as_written
from explain.decoder_lens import ladder
from explain.effects import effects
from explain.kinds import checked_kind
from explain.logit_lens import logit_lens
from explain.next_token import Sampling, distribution, steps
from explain.plain import plain
from explain.positional import model_table, position_table
from explain.run import N_BEST, Run, Settings
from explain.runner import Runner
from explain.source_words import source_words as words_with_shares
from ui.events import MODEL_EVENTS, kindly

INSPECTIONS = 4  # of programs, at once


def by_name(run: Run, runner: Runner) -> dict[str, Any]:
    """The effects of a run's heads, and of the larger parts."""
    found = effects(run, runner.head_means)

    def figures(kind: str, by_step: Any) -> dict[str, Any]:
        if by_step is None:
            return {f"effect_{kind}": None, f"effect_{kind}_by_step": None}
        return {f"effect_{kind}": found.total(by_step), f"effect_{kind}_by_step": by_step}

    heads, parts = [], []
    for i, part in enumerate(found.parts):
        zero = figures("zero", found.zero[i])
        if part.name == "head":
            mean = figures("mean", None if found.mean is None else found.mean[i])
            place = {"kind": part.kind, "layer": part.layer, "head": part.head}
            heads.append({**place, "entropy": found.entropy_bits[i], **zero, **mean})
        else:
            place = {} if part.name == "cross_attention" else {"side": part.kind, "layer": part.layer}
            parts.append({"part": part.name, **place, **zero})
    return plain({"heads": heads, "parts": parts})


def add_api(runner: Runner) -> None:
    """Registers the endpoints on the surrounding Blocks."""

    @kindly
    def translate(
        text: str, direction: str = "en-de", beam_size: int = 4, length_penalty: float = 0.6, n_hypotheses: int = 1
    ) -> dict[str, Any]:
        """Translates a text: the translation, the hypotheses with their scores and token probabilities, the seconds.

        Of several sentences, `sentences` has one after the other, and `source` and `hypotheses` are the first one's.

        Args:
            text: one sentence or several, in the language that the direction begins with.
            direction: from which language into which, en-de or de-en.
            beam_size: how many hypotheses the search keeps at each step, 1 to 8; 1 is greedy.
            length_penalty: how much longer translations are favoured, 0 to 2; the paper's alpha.
            n_hypotheses: how many of the best translations to give, at most beam_size.
        """
        settings = Settings(direction=direction, beam_size=beam_size, alpha=length_penalty, n_best=n_hypotheses)
        found, runs = runner.cut(text, direction), runner.runs(text, settings)
        sentences = [
            {
                "text": run.text,
                "translation": run.translation.text,
                "source": plain(run.source),
                "hypotheses": plain(run.translations),
                "seconds": run.seconds,
            }
            for run in runs
        ]
        return {
            "translation": found.join(run.translation.text for run in runs),
            "direction": direction,
            "source": sentences[0]["source"],
            "hypotheses": sentences[0]["hypotheses"],
            "seconds": sum(run.seconds for run in runs),
            "sentences": sentences,
        }

    @kindly
    def attention(text: str, direction: str = "en-de", kind: str = "cross") -> dict[str, Any]:
        """The attention weights of one kind for the best translation, and each head's figures.

        Args:
            text: what to translate, or what a language model goes on from.
            direction: from which language into which, en-de or de-en.
            kind: encoder (source on source), decoder (target on target) or cross (target on source).
        """
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
        """What could stand at one position of the best translation, before and after the cuts of sampling.

        Args:
            text: what to translate, or what a language model goes on from.
            direction: from which language into which, en-de or de-en.
            position: which token of the translation, from 0.
            temperature: below 1 sharpens the distribution, above 1 flattens it; 0 leaves the likeliest token alone.
            top_k: how many of the likeliest tokens may be drawn; 0 is all.
            top_p: the share of probability, 0 to 1, that the tokens that may be drawn hold together; 1 is all.
            n_shown: how many tokens to list.
        """
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
            text: what to translate, or what a language model goes on from.
            direction: from which language into which, en-de or de-en.
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
            text: what to translate, or what a language model goes on from.
            direction: from which language into which, en-de or de-en.
            step: which token of the translation, from 0.
            rival: any other token of the vocabulary, such as ▁Haus, Haus or </s>; ▁ or a space marks a word's start.
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
    def layers(text: str, direction: str = "en-de", hypothesis: int = 0) -> dict[str, Any]:
        """The layers in words, if the decoder had to speak from each of them; layer 0 is the embedding.

        `encoder`: the sentence that it writes after each encoder layer; the last is the translation.
        `decoder`: after each of its own layers, the token that it would write at each step, and its probability; `rank`
        is that of the token that was written there (1 is the most probable).

        Args:
            text: what to translate, or what a language model goes on from.
            direction: from which language into which, en-de or de-en.
            hypothesis: which of the translations found, from 0, the best.
        """
        run = runner.run(text, Settings(direction=direction), hypothesis)
        with runner.line:
            lens, rungs = logit_lens(run), ladder(run).rungs
        return {
            "translation": run.translation.text,
            "tokens": plain(run.target_out),
            "encoder": [{"layer": rung.layer, "text": rung.text} for rung in rungs],
            "decoder": [
                {
                    "layer": layer,
                    "step": step,
                    "token": guess.text,
                    "probability": float(lens.probabilities[layer, step]),
                    "rank": int(lens.written_ranks[layer, step]),
                    "written_probability": float(lens.written_probabilities[layer, step]),
                }
                for layer, guesses in enumerate(lens.guesses)
                for step, guess in enumerate(guesses)
            ],
        }

    @kindly
    def patch(text: str, other: str, direction: str = "en-de") -> dict[str, Any]:
        """Which source word decided between the translations of two texts that differ in a word.

        The translations part at `step` (from 0), with `token` and `other_token`. `recovery`[layer][position]: how much
        of the difference between the texts one vector of the `other` makes there, 0 nothing and 1 all of it; it may be
        negative, or more than 1. Layer 0 is the embedding. `kept`[layer]: the same for all that differs at once.

        Args:
            text: a sentence.
            other: the sentence with another word in one place, of as many tokens.
            direction: from which language into which, en-de or de-en.
        """
        settings = Settings(direction=direction)
        runs = runner.run(text, settings), runner.run(other, settings)
        with runner.line:
            found = patching.patch(*runs)
        return {
            "source": [token.text for token in found.first.source],
            "other_source": [token.text for token in found.second.source],
            "translation": found.first.translation.text,
            "other_translation": found.second.translation.text,
            "step": found.step,
            "token": found.token.text,
            "other_token": found.other_token.text,
            "margin": found.first_margin,
            "other_margin": found.second_margin,
            "recovery": plain(found.recovery),
            "kept": plain(found.kept),
        }

    @kindly
    def heads(text: str, direction: str = "en-de", hypothesis: int = 0) -> dict[str, Any]:
        """What each attention head is worth to a translation: the change of its log-probability without the head.

        `kind` is encoder, decoder or cross; layers and heads are counted from 0. `effect_zero` is in nats and with an
        output of zero; `effect_mean` with the head's mean output, null where no means were measured; both are sums
        over the tokens, which `_by_step` has one by one. `entropy` is in bits, 0 for a head that looks at one token.
        `parts` are feed-forward networks, whole layers and all cross-attention, with an output of zero.

        Args:
            text: what to translate, or what a language model goes on from.
            direction: from which language into which, en-de or de-en.
            hypothesis: which of the translations found, from 0, the best.
        """
        run = runner.run(text, Settings(direction=direction), hypothesis)
        with runner.line:
            effects_by_name = by_name(run, runner)
        return {"translation": run.translation.text, "tokens": plain(run.target_out), **effects_by_name}

    @kindly
    def positional_encoding(n_positions: int = 50, d_model: int | None = None) -> dict[str, Any]:
        """The sinusoidal table of any size, or without d_model the bundled model's own: values and wavelengths.

        Args:
            n_positions: how many rows, one a position.
            d_model: how many columns, an even number.
        """
        if d_model is None:
            return plain(model_table(runner.network, n_positions))
        return plain(position_table(n_positions, d_model))

    @kindly
    def beam(text: str, direction: str = "en-de", beam_size: int = 4, alpha: float = 0.6) -> dict[str, Any]:
        """The beam search as a tree: each beginning it looked at, with its parent, its score and what became of it.

        Args:
            text: what to translate, or what a language model goes on from.
            direction: from which language into which, en-de or de-en.
            beam_size: how many hypotheses the search keeps at each step, 1 to 8; 1 is greedy.
            alpha: the length penalty, 0 to 2.
        """
        settings = Settings(direction=direction, beam_size=beam_size, alpha=alpha, n_best=min(N_BEST, beam_size))
        run = runner.run(text, settings)
        with runner.line:
            tree = beam_tree(run)
        return {"nodes": [{**plain(node), "token": node.token.text} for node in tree.nodes], "best": plain(tree.best)}

    api(translate, api_name="translate", concurrency_id="model", concurrency_limit=MODEL_EVENTS)
    # few at once: each takes turns of the line that a translation waits for
    for endpoint in (attention, next_token, source_words, why, layers, patch, heads, positional_encoding, beam):
        api(endpoint, api_name=endpoint.__name__, concurrency_id="inspect", concurrency_limit=INSPECTIONS)
