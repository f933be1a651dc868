"""Small repositories as `transformers` itself saves them, and a small translator of ours, trained for a moment."""

from __future__ import annotations

import io
import json
import random
from pathlib import Path

import pytest
import sentencepiece
import tokenizers
import torch
from tokenizers import decoders, models, pre_tokenizers, trainers
from torch import nn
from torch.nn.utils.rnn import pad_sequence
from transformers import GPT2Config, GPT2LMHeadModel, MarianConfig, MarianMTModel, MarianTokenizer

from model.translator import Translator
from tests.conftest import tiny_translator

ENGLISH = [
    "A small house.",
    "The hand of the man.",
    "A man, a house!",
    "The old woman sees a dog.",
    "Is it cold today?",
]
GERMAN = [
    "Ein kleines Haus.",
    "Die Hand des Mannes.",
    "Ein Mann, ein Haus!",
    "Die alte Frau sieht einen Hund.",
    "Kalt?",
]
WORDS = " ".join(ENGLISH).split()
TEXTS = [" ".join(random.Random(i).choices(WORDS, k=1 + i % 7)) for i in range(200)]

# What differs between the repositories; sizes are primes where they may be.
MARIAN = {
    "shared": dict(
        activation_function="swish", scale_embedding=True, num_beams=4, renormalize_logits=True, bad_words=True
    ),
    "unshared": dict(
        activation_function="relu", scale_embedding=True, share_encoder_decoder_embeddings=False, num_beams=3,
        length_penalty=0.7, early_stopping=True,
    ),
    "untied": dict(
        activation_function="gelu", scale_embedding=False, tie_word_embeddings=False, num_beams=5, length_penalty=2.0,
    ),
}  # fmt: skip
SEARCH = ("num_beams", "length_penalty", "early_stopping", "renormalize_logits")


def train_pieces(texts: list[str], vocab_size: int) -> bytes:
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(texts * 5),
        model_writer=model,
        vocab_size=vocab_size,
        minloglevel=2,
        num_threads=1,
        hard_vocab_limit=False,
    )
    return model.getvalue()


def pieces_of(spm: bytes) -> list[str]:
    processor = sentencepiece.SentencePieceProcessor(model_proto=spm)
    return [processor.id_to_piece(i) for i in range(3, processor.vocab_size())]  # after <unk>, <s>, </s>


def write_marian_tokenizer(folder: Path, shared: bool) -> MarianTokenizer:
    """As in OPUS-MT: `</s>` and `<unk>` first, language tags, pieces, and `<pad>` last."""
    folder.mkdir(parents=True)
    spms = {"source": train_pieces(ENGLISH, 61), "target": train_pieces(GERMAN, 53)}
    for side, spm in spms.items():
        (folder / f"{side}.spm").write_bytes(spm)
    first = ["</s>", "<unk>", *([">>de<<", ">>fr<<"] if shared else [])]
    sides = {side: [piece for piece in pieces_of(spm) if piece not in first] for side, spm in spms.items()}
    if shared:
        sides = {"source": list(dict.fromkeys(sides["source"] + sides["target"]))}
    else:  # a model has one id for padding
        size = max(map(len, sides.values()))
        sides["target"] = sides["target"] + [f"filler{i}" for i in range(size - len(sides["target"]))]
        sides["target"].append("more")
    files = {"source": folder / "vocab.json", "target": folder / "target_vocab.json"}
    for side, pieces in sides.items():
        tokens = [*first, *pieces]
        tokens.insert(len(first) + len(sides["source"]), "<pad>")
        files[side].write_text(json.dumps({token: i for i, token in enumerate(tokens)}))
    tokenizer = MarianTokenizer(
        str(folder / "source.spm"), str(folder / "target.spm"), str(files["source"]),
        target_vocab_file=None if shared else str(files["target"]),
        separate_vocabs=not shared, source_lang="en", target_lang="de",
    )  # fmt: skip
    tokenizer.save_pretrained(folder)
    return tokenizer


@torch.no_grad()
def stir(model: nn.Module, embeddings: float) -> None:
    """Biases and LayerNorms of their own, so that leaving one out shows, and small or large `embeddings`."""
    for name, parameter in model.named_parameters():
        if parameter.ndim == 1:
            parameter.add_(0.3 * torch.randn_like(parameter))
        elif name.endswith("shared.weight") or "embed_tokens" in name or "lm_head" in name:
            parameter.copy_(embeddings * torch.randn_like(parameter))


def train(model: nn.Module, batch: dict[str, torch.Tensor], steps: int = 50) -> None:
    """A moment on the few sentences, so that hypotheses end and seldom tie."""
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(steps):
        model(**batch).loss.backward()
        optimizer.step()
        optimizer.zero_grad()


def write_marian(folder: Path, **changes) -> MarianMTModel:
    """A MarianMTModel with its tokenizer, saved by `transformers`."""
    shared = changes.get("share_encoder_decoder_embeddings", True)
    tokenizer = write_marian_tokenizer(folder, shared)
    pad_id = tokenizer.pad_token_id
    bad_words = changes.pop("bad_words", False)
    search = {name: changes.pop(name) for name in SEARCH if name in changes}
    torch.manual_seed(0)
    theirs = MarianMTModel(
        MarianConfig(
            vocab_size=len(tokenizer.encoder),
            decoder_vocab_size=len(tokenizer.encoder) if shared else len(tokenizer.target_encoder),
            d_model=22, encoder_layers=3, decoder_layers=2, encoder_attention_heads=11, decoder_attention_heads=11,
            encoder_ffn_dim=29, decoder_ffn_dim=29, max_position_embeddings=131, init_std=0.3,
            pad_token_id=pad_id, decoder_start_token_id=pad_id, eos_token_id=0, forced_eos_token_id=0,
            **changes,
        )
    ).eval()  # fmt: skip
    stir(theirs, embeddings=0.15)
    theirs.final_logits_bias.copy_(0.3 * torch.randn_like(theirs.final_logits_bias))
    tag = ">>de<< " if shared else ""
    batch = tokenizer([tag + text for text in ENGLISH], text_target=GERMAN, padding=True, return_tensors="pt")
    batch["labels"][batch["labels"] == pad_id] = -100  # which the loss leaves out
    train(theirs, batch)
    if bad_words:  # the probability that a forbidden token would take must count
        theirs.final_logits_bias[0, pad_id] += 12
    theirs.generation_config.update(**search, bad_words_ids=[[pad_id]] if bad_words else None)
    theirs.save_pretrained(folder)
    return theirs


def write_gpt2(folder: Path, **changes) -> GPT2LMHeadModel:
    """A random GPT2LMHeadModel with a byte-level tokenizer, saved by `transformers`."""
    folder.mkdir(parents=True)
    backend = tokenizers.Tokenizer(models.BPE())
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    backend.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=283, special_tokens=["<|endoftext|>"], initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )  # fmt: skip
    backend.train_from_iterator(ENGLISH * 3, trainer)
    backend.save(str(folder / "tokenizer.json"))
    end = backend.token_to_id("<|endoftext|>")
    torch.manual_seed(0)
    theirs = GPT2LMHeadModel(
        GPT2Config(
            vocab_size=backend.get_vocab_size(), n_embd=22, n_head=11, n_layer=3, n_positions=71,
            bos_token_id=end, eos_token_id=end, initializer_range=0.3, **changes,
        )
    ).eval()  # fmt: skip
    stir(theirs, embeddings=0.4)
    theirs.save_pretrained(folder)
    return theirs


def train_a_moment(translator: Translator, steps: int = 80) -> Translator:
    """Learns the few sentences almost by heart, so that hypotheses end and seldom tie."""
    tokenizer, model = translator.tokenizer, translator.network.train()
    pairs = [(en, de, "de") for en, de in zip(ENGLISH, GERMAN, strict=True)]
    pairs += [(de, en, "en") for en, de, _ in pairs]
    src = pad_sequence([torch.tensor(tokenizer.encode_source(a, to)) for a, _, to in pairs], True)
    labels = pad_sequence([torch.tensor(tokenizer.encode_target(b)) for _, b, _ in pairs], True)
    tgt = torch.cat([torch.full((len(pairs), 1), tokenizer.bos_id), labels[:, :-1]], dim=1)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(steps):
        loss = nn.functional.cross_entropy(model(src, tgt).flatten(0, 1), labels.flatten(), ignore_index=0)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model.eval()
    return translator


@pytest.fixture(scope="session")
def trained() -> dict[str, Translator]:
    """A translator of ours by its norm."""
    torch.manual_seed(0)
    return {norm: train_a_moment(tiny_translator(norm=norm)) for norm in ("post", "pre")}
