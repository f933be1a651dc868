"""`python -m benchmarks.translate CHECKPOINT`: time of one translation at beam 4, beside transformers' MarianMTModel.

The peer has the same sizes, random weights and no cost for text: its `generate` makes as many tokens as ours did, with
the same beam. Medians on one thread, the two taking turns.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import torch
from transformers import MarianConfig, MarianMTModel

from model import Translator

SENTENCE = "The old man is sitting on a bench and reading a newspaper."  # 12 words


def marian_like(translator: Translator) -> MarianMTModel:
    """transformers' own encoder-decoder in the sizes of our model."""
    config = translator.network.config
    torch.manual_seed(0)
    return MarianMTModel(
        MarianConfig(
            vocab_size=config.vocab_size,
            d_model=config.d_model,
            encoder_layers=config.n_encoder_layers,
            decoder_layers=config.n_decoder_layers,
            encoder_attention_heads=config.n_heads,
            decoder_attention_heads=config.n_heads,
            encoder_ffn_dim=config.d_ff,
            decoder_ffn_dim=config.d_ff,
            pad_token_id=config.pad_id,
            decoder_start_token_id=config.bos_id,
            eos_token_id=config.eos_id,
            forced_eos_token_id=None,
        )
    ).eval()


def seconds(function: Callable[[], object]) -> float:
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.translate")
    parser.add_argument("checkpoint", nargs="?", default="checkpoints/en-de")
    parser.add_argument("--runs", type=int, default=21)
    args = parser.parse_args()
    torch.set_num_threads(1)
    translator = Translator.from_pretrained(args.checkpoint)
    [[hypothesis]] = translator.hypotheses([SENTENCE], "en-de")
    src = torch.tensor([translator.encode(SENTENCE, "en-de").src])
    peer = marian_like(translator)
    n_tokens = len(hypothesis.ids)

    def ours() -> object:
        return translator.translate(SENTENCE, direction="en-de")

    def theirs() -> object:
        return peer.generate(src, num_beams=4, min_new_tokens=n_tokens, max_new_tokens=n_tokens)

    for warm_up in (ours, theirs) * 3:
        warm_up()
    times = [(seconds(ours), seconds(theirs)) for _ in range(args.runs)]
    for name, column in zip(("this project", "transformers MarianMTModel"), zip(*times, strict=True), strict=True):
        print(f"{name}: median {1000 * statistics.median(column):.1f} ms for {n_tokens} tokens at beam 4, one thread")


if __name__ == "__main__":
    main()
