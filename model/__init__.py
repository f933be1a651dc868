"""The Transformer of "Attention Is All You Need" (Vaswani et al. 2017), and how to decode with it."""

from model.config import TransformerConfig
from model.taps import record
from model.tokenizer import Tokenizer
from model.transformer import Transformer
from model.translator import Translator

__all__ = ["Tokenizer", "Transformer", "TransformerConfig", "Translator", "record"]
