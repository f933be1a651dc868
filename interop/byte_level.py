"""GPT-2's tokenizer: byte-pair encoding over bytes, each byte under the name of a printable character."""

from __future__ import annotations

from model.tokenizer import WORD_START, Tokenizer

LINE_END = "↵"


def _printable_bytes() -> dict[str, int]:
    """GPT-2's character for each byte: a printable byte stands for itself, the others follow from U+0100 on."""
    printable = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    others = [byte for byte in range(256) if byte not in printable]
    return {chr(byte): byte for byte in printable} | {chr(256 + i): byte for i, byte in enumerate(others)}


BYTES = _printable_bytes()


class ByteLevelTokenizer(Tokenizer):
    """A byte-level tokenizer whose tokens are shown as text."""

    def token(self, token_id: int) -> str:
        """The token's text, with `▁` for a space and `↵` for a line's end.

        Bytes that are no text, and characters that cannot be seen, stand as `<0xE2>`.

        Raises:
            ValueError: no such id.
        """
        token = super().token(token_id)
        if token_id in self.special_ids or not set(token) <= BYTES.keys():
            return token
        raw = bytes(BYTES[character] for character in token)
        try:
            text = raw.decode("utf-8").replace(" ", WORD_START).replace("\n", LINE_END)
        except UnicodeDecodeError:
            return _named(raw)
        return "".join(each if each.isprintable() else _named(each.encode("utf-8")) for each in text)


def _named(raw: bytes) -> str:
    return "".join(f"<0x{byte:02X}>" for byte in raw)
