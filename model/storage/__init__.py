"""Files and the Hub on one side, any Transformer on the other; nothing of the paper imports this."""

from .checkpoint import Checkpoint

__all__ = ["Checkpoint"]
