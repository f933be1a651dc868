"""The Transformer of "Attention Is All You Need" (Vaswani et al. 2017), and how to decode with it."""

from .config import TransformerConfig
from .taps import record
from .tokenizer import Tokenizer
from .transformer import Transformer
from .translator import Translator

__all__ = ["Tokenizer", "Transformer", "TransformerConfig", "Translator", "record"]
