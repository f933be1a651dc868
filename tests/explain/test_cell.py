"""One attention cell and a logit's parts, against NumPy and against the second road."""

import numpy as np
import pytest
import torch

from explain.cell import attention_cell, logit_parts
from explain.runner import Runner
from model.translator import Translator
from tests.conftest import tiny_model
from tests.explain.conftest import SETTINGS, TEXT
from tests.explain.second_road import run_again


def test_the_parts_add_up_to_the_logit_of_the_second_road_at_every_position(runner, run):
    logits = run_again(run).logits
    for position, token in enumerate(run.target_out):
        found = logit_parts(run, position)
        assert found.total == pytest.approx(logits[position, token.id], abs=1e-9)
        assert found.logit == pytest.approx(logits[position, token.id], abs=1e-9)


def test_single_precision_adds_up_to_four_digits(tokenizer):
    for norm in ("pre", "post"):
        runner = Runner(Translator(tiny_model(vocab_size=len(tokenizer), norm=norm, max_positions=211), tokenizer))
        found = logit_parts(runner.run(TEXT, SETTINGS), 2)
        assert found.total == pytest.approx(found.logit, abs=1e-4)


def test_every_part_is_what_autograd_gives_with_frozen_statistics(runner, run):
    """The direction of each sub-layer, by differentiating a stack of frozen LayerNorms instead of passing it back."""
    model, position = runner.network, 1
    token, layers = run.target_out[position].id, model.decoder.layers

    def at(path):
        return run.trace[path][0, position].double()

    def frozen(norm, x, before):
        return (x - x.mean()) / (before.var(unbiased=False) + norm.eps).sqrt() * norm.weight + norm.bias

    changes = {}
    x = at("decoder.embedding.output").clone().requires_grad_()
    start = x
    for i, layer in enumerate(layers):
        for block in ("self_attn", "cross_attn", "feed_forward"):
            changes[i, block] = at(f"decoder.layers.{i}.{block}.output").clone().requires_grad_()
            x = x + changes[i, block]
            if model.config.norm == "post":
                before = at(f"decoder.layers.{i}.{block}_add_norm.residual")
                x = frozen(getattr(layer, f"{block}_add_norm").layer_norm, x, before)
    if model.config.norm == "pre":
        x = frozen(model.decoder.final_norm, x, x.detach())
    logit = x @ model.tokens.weight[token]
    logit.backward()
    found = logit_parts(run, position)

    def part(name, layer=None):
        return sum(p.value for p in found.parts if p.name in name and p.layer == layer)

    assert part(["token embedding", "position"]) == pytest.approx((start.grad @ start).item(), abs=1e-9)
    names = {"self_attn": "self-attention", "cross_attn": "cross-attention"}
    for (i, block), change in changes.items():
        wanted = [names[block], f"{names[block]}: bias of W^O"] if block in names else ["feed-forward"]
        assert part(wanted, i) == pytest.approx((change.grad @ change).item(), abs=1e-9)
    model.zero_grad()


@pytest.mark.parametrize("kind", ["encoder", "decoder", "cross"])
def test_a_cell_is_worked_out_as_in_the_paper(runner, run, kind):
    layer, head, query, key = 1, 4, 3, 2
    maps = getattr(run_again(run), kind)
    cell = attention_cell(run, kind, layer, head, query, key)
    assert cell.dot == pytest.approx(sum(a * b for a, b in zip(cell.q, cell.k, strict=True)))
    assert cell.score == pytest.approx(cell.dot / np.sqrt(2))
    np.testing.assert_allclose(cell.row, maps[layer][head][query], atol=1e-9)
    assert cell.weight == pytest.approx(maps[layer][head][query][key], abs=1e-9)
    assert cell.row.sum() == pytest.approx(1)
    assert cell.masked == tuple(kind == "decoder" and j > query for j in range(len(cell.keys)))
    assert (cell.logit_share is None) == (kind == "encoder")


@pytest.mark.parametrize(("kind", "name"), [("decoder", "self-attention"), ("cross", "cross-attention")])
def test_the_cells_of_a_row_add_up_to_their_heads_part(runner, run, kind, name):
    query, n_keys = 4, len(run.target_in if kind == "decoder" else run.source)
    shares = [attention_cell(run, kind, 1, 7, query, key).logit_share for key in range(n_keys)]
    [part] = [p for p in logit_parts(run, query).parts if (p.name, p.layer, p.head) == (name, 1, 7)]
    assert sum(shares) == pytest.approx(part.value, abs=1e-9)


def test_what_all_cells_add_is_the_output_of_attention(runner, run):
    """Summed over heads and keys, with the bias of W^O."""
    added = sum(
        attention_cell(run, "cross", 0, head, 2, key).added
        for head in range(11) for key in range(len(run.source))
    )  # fmt: skip
    bias = runner.network.decoder.layers[0].cross_attn.out_proj.bias.detach().numpy()
    np.testing.assert_allclose(added + bias, run.trace["decoder.layers.0.cross_attn.output"][0, 2], atol=1e-9)


def test_places_that_are_not_there_are_named(runner, run):
    for place, message in [
        (("sideways", 0, 0, 0, 0), "attention: expected one of encoder, decoder, cross; found 'sideways'"),
        (("cross", 2, 0, 0, 0), "layer: expected a whole number from 0 to 1; found 2"),
        (("cross", 0, 11, 0, 0), "head: expected a whole number from 0 to 10; found 11"),
        (("cross", 0, 0, -1, 0), "query: expected a whole number"),
        (("cross", 0, 0, 0, 10**6), "key: expected a whole number"),
    ]:
        with pytest.raises(ValueError, match=message):
            attention_cell(run, *place)
    with pytest.raises(ValueError, match="position: expected a whole number"):
        logit_parts(run, len(run.target_out))
    assert torch.is_grad_enabled()
