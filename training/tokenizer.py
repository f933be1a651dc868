"""Learning the joint byte-pair vocabulary (§5.1)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import tokenizers
from tokenizers import Regex, decoders, models, normalizers, pre_tokenizers, processors, trainers

from model.tokenizer import BOS, EOS, N_BYTES, PAD, WORD_START, Tokenizer, language_tag

# A word with its apostrophes, one digit, or a run of other signs, each with the space before it; or a lone space.
_LETTER, _DIGIT, _SPACE = r"[\p{L}\p{M}]", r"\p{N}", WORD_START
_WORD = rf"{_SPACE}?{_LETTER}+(?:['’]{_LETTER}+)*"
_SIGNS = rf"{_SPACE}?[^\p{{L}}\p{{M}}\p{{N}}{_SPACE}]+"
_PIECES = rf"{_WORD}|{_SPACE}?{_DIGIT}|{_SIGNS}|{_SPACE}"
_BYTES = [f"<0x{byte:02X}>" for byte in range(N_BYTES)]


def train_tokenizer(
    texts: Iterable[str], languages: Iterable[str], vocab_size: int, alphabet_size: int = 200
) -> Tokenizer:
    """Learns `vocab_size` tokens from `texts`: special tokens, one tag a language, merges, and the 256 bytes.

    Characters beyond the `alphabet_size` most frequent ones, and any never seen, are spelled in UTF-8 bytes. Fewer
    tokens are learned where the texts hold too few different words.
    """
    special = [PAD, BOS, EOS, *(language_tag(language) for language in languages)]
    backend = tokenizers.Tokenizer(models.BPE())
    backend.normalizer = normalizers.Sequence(
        [normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Strip()]
    )
    backend.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Metaspace(WORD_START, prepend_scheme="always", split=False),
            pre_tokenizers.Split(Regex(_PIECES), behavior="isolated"),
        ]
    )
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size - len(_BYTES),
        special_tokens=special,
        limit_alphabet=alphabet_size,
        show_progress=False,
    )
    backend.train_from_iterator(texts, trainer)

    # The trainer has no byte fallback of its own: the byte tokens go behind what it has learned.
    learned = json.loads(backend.to_str())
    vocab = learned["model"]["vocab"]
    vocab.update({byte: len(vocab) + i for i, byte in enumerate(_BYTES)})
    learned["model"]["byte_fallback"] = True
    backend = tokenizers.Tokenizer.from_str(json.dumps(learned))
    backend.post_processor = processors.TemplateProcessing(
        single=f"$A {EOS}", special_tokens=[(EOS, backend.token_to_id(EOS))]
    )
    backend.decoder = decoders.Sequence(
        [
            decoders.Replace(WORD_START, " "),
            decoders.ByteFallback(),
            decoders.Fuse(),
            decoders.Strip(" ", left=1, right=0),
        ]
    )
    return Tokenizer(backend)


def with_dropout(path: str | Path, dropout: float) -> Tokenizer:
    """The tokenizer in a file, which leaves out each merge with probability `dropout` (BPE-dropout).

    The library draws from a generator of its own, which no seed reaches.
    """
    backend = tokenizers.Tokenizer.from_file(str(path))
    backend.model.dropout = dropout or None
    return Tokenizer(backend)
