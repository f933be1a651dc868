"""Every answer once more: from the weights alone in NumPy, or by a search by hand; on the bundled weights."""

from pathlib import Path

import numpy as np
import pytest
import torch

from explain import exercises
from explain.exercises import Head
from explain.run import Run
from explain.runner import Runner
from explain.tokens import words_of
from model.translator import Translator
from tests.explain.others import open_other
from tests.explain.second_parts import second_parts
from tests.explain.second_road import SecondRoad, road_through, run_again, softmax

CHECKPOINT = Path(__file__).parents[2] / "checkpoints" / "en-de"
TEXTS = ("She was born in a remote village in Nepal.", "A young woman is reading a book under a big tree.")


@pytest.fixture(scope="module", params=TEXTS)
def run(request) -> Run:
    runner = Runner(Translator.from_pretrained(CHECKPOINT))
    return runner.run(request.param, runner.default_settings("en-de"))


@pytest.fixture(scope="module")
def road(run) -> SecondRoad:
    return run_again(run)


class Zeros(torch.nn.Module):
    """In the place of what passes positions on."""

    def forward(self, x):
        return torch.zeros_like(x)


def answer(found):
    return found.choices[found.right]


def assert_largest(found, values):
    """The figures are these, and the right one's is clearly the largest."""
    assert found.values == pytest.approx(values, rel=1e-3, abs=1e-4)
    best = values[found.right]
    assert all(value <= 0.8 * best for i, value in enumerate(values) if i != found.right)
    assert len(found.choices) >= 3


def test_the_helper_added_most_after_the_first(run):
    found = exercises.helper(run)
    parts = second_parts(run)
    directions = parts.output[list(run.translation.ids)] - parts.output.mean(axis=0)
    share = parts.heads("cross", directions).sum(axis=(0, 1))
    source, target = (
        [word for word in words_of(tokens) if not word.special] for tokens in (run.source, run.target_out)
    )
    table = np.array(
        [[share[list(word.tokens)][:, list(each.tokens)].sum(axis=1).mean() for each in source] for word in target]
    )
    for row in table:
        best, next_best = np.argsort(-row)[:2]
        if source[best].text == source[next_best].text:
            row[:] = -np.inf  # is not asked about
    asked = int(np.sort(table)[:, -2].argmax())
    first, second = (source[i].text for i in np.argsort(-table[asked])[:2])
    assert found.names == (target[asked].text, first) and answer(found) == second
    of_text = [
        [value for word, value in zip(source, table[asked], strict=True) if word.text == text] for text in found.choices
    ]
    nearest = [
        min(values, key=lambda value: abs(value - figure)) for values, figure in zip(of_text, found.values, strict=True)
    ]
    assert_largest(found, nearest)
    assert first not in found.choices


def test_the_beam_dropped_what_a_search_by_hand_drops(run):
    found = exercises.dropped(run)
    eos, live = run.tokenizer.eos_id, [()]
    for _ in range(found.position + 1):
        scored = []
        for ids in live:
            src, tgt = torch.tensor([run.prompt.src]), torch.tensor([[*run.prompt.start, *ids]])
            log_probs = run.network(src, tgt)[0].log_softmax(dim=-1)
            log_probs[:, list(run.forbidden_ids)] = float("-inf")
            before = sum(log_probs[range(len(ids)), list(ids)].tolist())
            scored += [(before + value, (*ids, i)) for i, value in enumerate(log_probs[-1].tolist()) if i != eos]
        ranked = [ids for _, ids in sorted(scored, reverse=True)]
        live = ranked[: run.settings.beam_size]
    kept = {run.tokenizer.decode([*run.prompt.start, *ids]) for ids in live}
    assert answer(found) == run.tokenizer.decode([*run.prompt.start, *ranked[run.settings.beam_size]]) not in kept
    assert set(found.choices) - {answer(found)} <= kept
    assert sorted(found.values)[0] == found.values[found.right] <= sorted(found.values)[1] - 0.05


def test_the_least_sure_token_has_the_lowest_probability(run, road):
    found = exercises.least_sure(run)
    probabilities = {
        token.text: road.probs[position, token.id] for position, token in enumerate(run.target_out) if not token.special
    }
    assert answer(found).text == min(probabilities, key=probabilities.__getitem__)
    assert run.target_out[found.position].text == answer(found).text
    assert found.values == pytest.approx([probabilities[token.text] for token in found.choices], rel=1e-3)


def test_the_runner_up_is_second_where_the_model_was_most_torn(run, road):
    found = exercises.runner_up(run)
    special = {run.tokenizer.eos_id}

    def second(position):
        row = road.probs[position].copy()
        row[run.target_out[position].id] = 0
        return int(row.argmax()), row.max()

    free = [i for i, token in enumerate(run.target_out) if not token.special and second(i)[0] not in special]
    assert found.position == max(free, key=lambda i: second(i)[1])
    assert answer(found).id == second(found.position)[0]
    assert_largest(found, [road.probs[found.position, token.id] for token in found.choices])


def test_the_hardest_look_is_the_largest_weight_on_the_word(run, road):
    found = exercises.hardest_look(run)
    written, source = found.names
    rows = next(word.tokens for word in words_of(run.target_out) if word.text == written)
    columns = next(word.tokens for word in words_of(run.source) if word.text == source)
    looks = np.array(road.cross)[:, :, list(rows)][..., list(columns)].sum(axis=-1).mean(axis=-1)
    assert answer(found) == Head(*np.unravel_index(looks.argmax(), looks.shape))
    assert_largest(found, [looks[head] for head in found.choices])


def test_the_walker_goes_furthest_along_a_fitted_line(run, road):
    found = exercises.walker(run)

    def way(head):
        weights = np.array(road.cross[head.layer][head.head])
        middle = [sum(j * weight for j, weight in enumerate(row)) for row in weights]
        slope, start = np.polyfit(np.arange(len(middle)), middle, 1)
        ends = [start, start + slope * (len(middle) - 1)]
        return (ends[1] - ends[0]) / (weights.shape[1] - 1)

    shape = np.array(road.cross).shape[:2]
    assert answer(found) == max((Head(*place) for place in np.ndindex(*shape)), key=way)
    values = [way(head) for head in found.choices]
    assert_largest(found, values)
    assert max(values) >= 0.5 and sorted(values)[-2] <= 0.5 * max(values)


def test_the_resting_place_gets_most_of_all_heads(run, road):
    found = exercises.resting_place(run)
    got = np.zeros(len(run.source))
    for layer in road.encoder:
        for head in layer:
            for row in head:
                got += np.asarray(row) / (len(road.encoder) * len(layer) * len(head))
    assert answer(found) == run.source[int(got.argmax())]
    assert_largest(found, [got[run.source.index(token)] for token in found.choices])


def test_the_mask_hides_what_no_head_looks_at(run, road):
    found = exercises.hidden(run)
    rows = np.array(road.decoder)[:, :, found.position]
    assert answer(found) == int((rows == 0).all(axis=(0, 1)).sum()) == len(run.target_in) - 3
    assert len(set(found.choices)) == len(found.choices) >= 3


def test_a_word_settles_where_no_later_layer_says_another(run, road):
    found = exercises.settles(run)
    walked = road_through(run.network)
    written = run.target_out[found.position]
    best = []
    for stream in road.streams["decoder"]:
        states = walked.final_norm("decoder.final_norm", stream)
        logits = walked.project(states)[found.position]
        best.append((int(logits.argmax()), softmax(logits).max()))
    assert [token.id for token in found.choices] == [token_id for token_id, _ in best]
    assert found.values == pytest.approx([probability for _, probability in best], rel=1e-3)
    settled = [all(token_id == written.id for token_id, _ in best[depth:]) for depth in range(len(best))]
    assert found.right == settled.index(True) > 0


def test_without_positions_is_what_a_model_with_a_table_of_zeros_writes(run):
    found = exercises.without_positions(run)
    bare = Translator.from_pretrained(CHECKPOINT)
    for embedding in (bare.network.encoder.embedding, bare.network.decoder.embedding):
        embedding.position = Zeros()
    assert answer(found) == Runner(bare).run(run.text, run.settings).translation.text != run.translation.text
    assert run.translation.text in found.choices


def test_a_language_model_is_asked_what_it_can_answer(tmp_path):
    run = open_other("gpt2", tmp_path / "gpt2").run()
    found = [exercises.resting_place(run), exercises.hidden(run), exercises.least_sure(run), exercises.runner_up(run)]
    assert all(found)
    assert answer(found[1]) == len(run.target_in) - 3


def test_a_sentence_of_one_word_has_no_exercise_where_it_answers_nothing():
    runner = Runner(Translator.from_pretrained(CHECKPOINT))
    run = runner.run("Hello", runner.default_settings("en-de"))
    for ask in (exercises.helper, exercises.walker, exercises.hidden, exercises.least_sure):
        assert ask(run) is None
    given = runner.run("Hello", run.settings, prefix=run.translation.ids)
    assert exercises.dropped(given) is exercises.runner_up(given) is None
