"""A tiny translator with a tokenizer of its own, in float64 so that the second road can be met to nine digits."""

import pytest
import torch

import explain.runner
from explain.run import Run, Settings
from explain.runner import Runner
from model.translator import Translator
from tests.conftest import tiny_model
from tests.explain.others import open_other
from training.tokenizer import train_tokenizer

TEXT = "Ram pushed Hari, and the dog ran."
SETTINGS = Settings(direction="en-de", beam_size=3, alpha=0.6, n_best=3)
_SENTENCES = [
    "Ram pushed Hari, and the dog ran.", "Hari pushed Ram.", "The dog sees the cat.", "I love eating pizza!",
    "Ram schubste Hari, und der Hund lief.", "Hari schubste Ram.", "Der Hund sieht die Katze.", "Ich esse gern Pizza!",
]  # fmt: skip


@pytest.fixture(scope="session")
def tokenizer():
    """379 tokens of English and German."""
    return train_tokenizer(_SENTENCES, ["en", "de"], vocab_size=379)


@pytest.fixture(scope="session", params=["post", "pre"])
def translator(request, tokenizer) -> Translator:
    """Random weights; sharp enough that heads, tokens and positions differ."""
    return exact_translator(request.param, tokenizer)


def exact_translator(norm, tokenizer) -> Translator:
    model = tiny_model(vocab_size=len(tokenizer), norm=norm, max_positions=211)
    with torch.no_grad():
        model.tokens.weight.mul_(2)
    return Translator(model.double(), tokenizer)


@pytest.fixture
def runner(translator) -> Runner:
    """Fresh, so that it remembers nothing."""
    return Runner(translator)


@pytest.fixture
def uses(monkeypatch) -> list[str]:
    """What runners make the model do from now on: "search" or "inspect", one each a text, in this order."""
    seen: list[str] = []
    search_batch, inspect = explain.runner.search_batch, explain.runner.inspect

    def counted_search(text_model, batch):
        seen.extend(["search"] * len(batch))
        return search_batch(text_model, batch)

    def counted_inspect(*arguments, **keywords):
        seen.append("inspect")
        return inspect(*arguments, **keywords)

    monkeypatch.setattr(explain.runner, "search_batch", counted_search)
    monkeypatch.setattr(explain.runner, "inspect", counted_inspect)
    return seen


@pytest.fixture(scope="session", params=["post", "pre", "unshared", "untied"])
def exact_run(request, tokenizer, tmp_path_factory) -> Run:
    """A run in double precision by a translator of each norm, and by two of Marian's kinds."""
    if request.param in ("post", "pre"):
        return Runner(exact_translator(request.param, tokenizer)).run(TEXT, SETTINGS)
    other = open_other(request.param, tmp_path_factory.mktemp("hub") / request.param)
    other.runner.network.double()
    return other.run()


@pytest.fixture(scope="session")
def run(translator) -> Run:
    """One run of the sentence above, by a runner of its own."""
    return Runner(translator).run(TEXT, SETTINGS)
