"""Reading and changing intermediate tensors from outside, without a trace of it on the model."""

import threading

import pytest
import torch

from model.taps import Tap, intervene, is_inspecting, record
from tests.conftest import tiny_model

SRC, TGT = torch.tensor([[3, 17, 5, 23, 2]]), torch.tensor([[1, 7, 11]])
POSITION = "encoder.embedding.position"


def test_recording_changes_no_output(model):
    plain = model(SRC, TGT)
    with record() as trace:
        recorded = model(SRC, TGT)
    torch.testing.assert_close(recorded, plain)
    torch.testing.assert_close(trace["logits"], recorded)


def test_every_tap_is_written_under_its_path_in_the_model(model):
    with record() as trace:
        model(SRC, TGT)
    assert set(trace) == {path for path, module in model.named_modules() if isinstance(module, Tap)}


def test_a_second_pass_in_one_recording_is_refused(model):
    with record(), pytest.raises(ValueError, match="was written twice in one recording: record one forward pass"):
        model(SRC, TGT)
        model(SRC, TGT)


def test_a_recording_keeps_only_what_is_asked_for(model):
    wanted = {POSITION, "logits"}
    with record() as whole:
        model(SRC, TGT)
    with record(only=wanted) as trace:
        logits = model(SRC, TGT)
    assert set(trace) == wanted
    torch.testing.assert_close(trace[POSITION], whole[POSITION])
    torch.testing.assert_close(trace["logits"], logits)


def test_a_mistyped_path_in_a_recording_is_named(model):
    with (
        pytest.raises(ValueError, match=r"expected taps at encoder\.embedding\.positions; no forward pass reached"),
        record(only=[POSITION + "s", "logits"]),
    ):
        model(SRC, TGT)


def test_an_error_inside_a_recording_is_the_one_that_is_seen(model):
    with pytest.raises(RuntimeError, match="the model's own"), record(only=["logits"]):
        raise RuntimeError("the model's own")


def test_an_intervention_changes_what_comes_after_it_and_is_what_is_recorded(model):
    with record() as plain:
        model(SRC, TGT)
    with record() as trace, intervene({POSITION: torch.zeros_like}):
        model(SRC, TGT)
    assert not trace[POSITION].any()
    assert torch.equal(trace["encoder.embedding.output"], plain["encoder.embedding.embedded"])
    assert not torch.allclose(trace["logits"], plain["logits"])


def test_an_intervention_reaches_the_attention_weights_without_a_recording(model):
    # a head of zeros: its own output vanishes, so the layer's output is another
    def without_head_3(weights):
        changed = weights.clone()
        changed[:, 3] = 0
        return changed

    plain = model(SRC, TGT)
    with intervene({"decoder.layers.1.cross_attn.weights": without_head_3}):
        changed = model(SRC, TGT)
    with record() as trace, intervene({"decoder.layers.1.cross_attn.weights": without_head_3}):
        model(SRC, TGT)
    assert not torch.allclose(changed, plain)
    assert not trace["decoder.layers.1.cross_attn.heads"][:, 3].any()
    torch.testing.assert_close(trace["logits"], changed)


def test_an_identity_as_intervention_changes_nothing(model):
    plain = model(SRC, TGT)
    with intervene({POSITION: lambda x: x}):
        torch.testing.assert_close(model(SRC, TGT), plain)


def test_inner_interventions_add_to_outer_ones_and_end_before_them(model):
    weights = "encoder.layers.0.self_attn.weights"
    with intervene({POSITION: torch.zeros_like}):
        with intervene({weights: torch.zeros_like}), record() as both:
            model(SRC, TGT)
        with record() as outer:
            model(SRC, TGT)
    assert not both[POSITION].any()
    assert not both[weights].any()
    assert not outer[POSITION].any()
    assert outer[weights].any()


def test_an_intervention_ends_with_its_block_even_after_an_error(model):
    plain = model(SRC, TGT)
    with pytest.raises(RuntimeError), intervene({POSITION: torch.zeros_like}):
        raise RuntimeError
    assert not is_inspecting()
    assert torch.equal(model(SRC, TGT), plain)


def test_an_intervention_is_not_seen_by_another_thread_on_the_same_model(model):
    plain = model(SRC, TGT)
    inside, done = threading.Event(), threading.Event()
    seen = []

    def neighbour():
        inside.wait(timeout=60)
        seen.append((is_inspecting(), model(SRC, TGT)))
        done.set()

    thread = threading.Thread(target=neighbour)
    thread.start()
    with intervene({POSITION: torch.zeros_like}):
        inside.set()
        assert done.wait(timeout=60)
        assert not torch.allclose(model(SRC, TGT), plain)
    thread.join()
    assert not seen[0][0]
    assert torch.equal(seen[0][1], plain)


def test_a_path_that_no_pass_reaches_is_an_error(model):
    wrong = "encoder.embedding.positions"
    message = rf"expected taps at {wrong}; no forward pass reached them"
    with pytest.raises(ValueError, match=message), intervene({wrong: torch.zeros_like}):
        model(SRC, TGT)


def test_a_change_of_shape_is_an_error(model):
    message = r"position: expected shape \(5, 22\) after the change; found \(4, 22\)"
    with pytest.raises(ValueError, match=message), intervene({POSITION: lambda x: x[1:]}):
        model(SRC, TGT)


def test_a_tap_without_a_name_says_how_to_get_one():
    with record(), pytest.raises(ValueError, match=r"call name_taps\(model\)"):
        Tap()(torch.zeros(2))


def test_decoding_step_by_step_meets_the_same_values_as_the_recorded_pass():
    model = tiny_model()
    with record() as trace:
        model(SRC, TGT)
    cache, memory, mask = model.new_cache(), model.encode(SRC), model.src_mask(SRC)
    for step in range(TGT.shape[1]):
        logits = model.decode(TGT[:, step : step + 1], memory, mask, cache)
        torch.testing.assert_close(logits[:, 0], trace["logits"][:, step])
