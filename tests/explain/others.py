"""Small repositories of other people's architectures, each beside `transformers`' own model of it."""

from dataclasses import dataclass
from pathlib import Path

import torch
from transformers import GPT2LMHeadModel, MarianMTModel

import interop
from explain.run import Run
from explain.runner import Runner
from tests.interop.conftest import MARIAN, write_gpt2, write_marian

TEXT = "The old woman sees a small house."


@dataclass
class Other:
    """A runner, and the model that `transformers` made of the same files."""

    runner: Runner
    theirs: MarianMTModel | GPT2LMHeadModel

    @torch.no_grad()
    def outputs(self, run: Run):
        """What `transformers` gives for the inspected pass: logits, attentions and hidden states."""
        src, tgt = (torch.tensor([[token.id for token in tokens]]) for tokens in (run.source, run.target_in))
        sequences = dict(input_ids=src, decoder_input_ids=tgt) if run.translates else dict(input_ids=tgt)
        return self.theirs(**sequences, output_attentions=True, output_hidden_states=True)

    def run(self, text: str = TEXT) -> Run:
        """The model's own run of a text, searched as its repository says."""
        return self.runner.run(text, self.runner.default_settings())


def open_other(name: str, folder: Path) -> Other:
    """Writes the repository `shared`, `unshared` or `untied` of Marian's, or `gpt2`, and opens it both ways."""
    write_gpt2(folder) if name == "gpt2" else write_marian(folder, **MARIAN[name])
    kind = GPT2LMHeadModel if name == "gpt2" else MarianMTModel
    return Other(Runner(interop.load(folder)), kind.from_pretrained(folder, attn_implementation="eager").eval())
