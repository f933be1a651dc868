"""Other people's weights and runtimes: OPUS-MT (Marian), GPT-2, CTranslate2."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from interop import gpt2, marian
from interop.repository import Settings, resolve
from model.checkpoint import CONFIG
from model.config import TransformerConfig
from model.text_model import TextModel
from model.translator import Translator

LOADERS = {marian.MODEL_TYPE: marian.load_translator, gpt2.MODEL_TYPE: gpt2.load_language_model}


def load(folder_or_id: str | Path, revision: str | None = None) -> TextModel:
    """The model in a folder or in `org/name` on the Hub, ready to use; `model_type` in its config.json says what it is.

    A config without `model_type` is one of this project's own.

    Raises:
        ValueError: the repository is not there, of an architecture not known here, or its files do not fit together.
    """
    folder = resolve(folder_or_id, revision)
    return loader_for(Settings.read(folder, CONFIG))(folder)


def loader_for(config: Settings) -> Callable[[Path], TextModel]:
    """What loads a folder with this config.json.

    Raises:
        ValueError: its architecture is not known here.
    """
    model_type = config.get("model_type", str, None)
    if model_type is None:
        TransformerConfig.from_dict(config.values)
        return Translator.from_pretrained
    if model_type not in LOADERS:
        known = ", ".join(LOADERS)
        raise ValueError(f"model_type: expected {known}, or none for a model of this project; found {model_type!r}")
    return LOADERS[model_type]
