"""A run learns, resumes exactly, and does not depend on the number of processes."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from torch.distributed.launcher.api import LaunchConfig, elastic_launch
from torch.utils._python_dispatch import TorchDispatchMode

from model.translator import Translator
from tests.training.conftest import Run, recipe_with, word_pairs, write_lines
from training.card import load_facts
from training.data import Batch, bucketed_batches
from training.recipe import Recipe
from training.train import Trainer, main


def test_a_run_learns_to_translate(trained):
    losses = [line["train_loss"] for line in trained.log if "train_loss" in line]
    valid = [line["valid_loss/words"] for line in trained.log if "valid_loss/words" in line]
    assert len(losses) == 32 and len(valid) == 2
    assert losses[-1] < losses[0] / 2
    assert valid[1] < valid[0] and valid[1] < 1, "in nats; the twelve words without their source have log(12) = 2.5"
    translator = Translator.from_pretrained(trained.run_dir / "checkpoint")
    english = (trained.data_dir / "words/test_a.en").read_text().splitlines()
    german = (trained.data_dir / "words/test_a.de").read_text().splitlines()
    assert sum(a == b for a, b in zip(translator.translate(english, "en-de"), german, strict=True)) > 5
    assert sum(a == b for a, b in zip(translator.translate(german, "de-en"), english, strict=True)) > 5


def test_the_export_says_what_the_run_took(trained):
    facts = json.loads((trained.run_dir / "checkpoint/training.json").read_text())
    assert Recipe.from_dict(facts["recipe"]) == trained.recipe
    assert facts["pairs"] == {"words": 240, "table": 120}
    assert facts["steps"] == 160
    assert facts["tokens"] == trained.log[-1]["tokens"]
    assert facts["cpu_seconds"] > 0 and trained.log[-1]["seconds"] <= facts["seconds"]
    weights = load_file(trained.run_dir / "checkpoint/model.safetensors")
    assert facts["parameters"] == sum(weight.numel() for weight in weights.values())


def test_a_killed_run_resumes_to_the_same_weights(trained, recipe_file, tmp_path, processes):
    arguments = [str(recipe_file), "--data-dir", str(trained.data_dir), "--run-dir", str(tmp_path)]
    killed = processes.Process(target=_killed_at_step_47, args=(arguments,))
    killed.start()
    killed.join()
    assert killed.exitcode == -signal.SIGKILL
    with open(tmp_path / "metrics.jsonl", "a") as log:
        log.write('{"step": 46, "tok')  # as a kill in the middle of a line leaves it
    Trainer(trained.recipe, trained.data_dir, tmp_path).train()
    _assert_same_run(tmp_path, trained.run_dir)


def _killed_at_step_47(arguments: list[str]) -> None:
    """The command in a process that ends without warning."""
    step = Trainer.step

    def step_or_die(self, examples):
        if self.progress.step == 46:
            os.kill(os.getpid(), signal.SIGKILL)
        return step(self, examples)

    Trainer.step = step_or_die
    main(arguments)


def test_a_run_in_bfloat16_learns_and_validates(toy_data, processes, tmp_path):
    short = [("steps = 160", 'steps = 20\nmixed_precision = "bf16"'), ("decay_steps = 40", "decay_steps = 5")]
    (tmp_path / "recipe.toml").write_text(recipe_with(*short, ("validate_every = 80", "validate_every = 10")))
    arguments = [str(tmp_path / "recipe.toml"), "--data-dir", str(toy_data), "--run-dir", str(tmp_path / "run")]
    run = processes.Process(target=main, args=(arguments,))  # of its own: accelerate has one kind of numbers a process
    run.start()
    run.join()
    assert run.exitcode == 0
    log = [json.loads(line) for line in (tmp_path / "run/metrics.jsonl").read_text().splitlines()]
    losses = [line["train_loss"] for line in log if "train_loss" in line]
    assert losses[-1] < losses[0]
    assert len([line for line in log if "valid_loss/words" in line]) == 2


class Killed(BaseException):
    """Stands in for SIGKILL at a chosen place: the run ends there."""


@pytest.mark.parametrize(
    ("place", "resumes_at"),
    [("before the state is written", 20), ("before it is complete", 20), ("while it replaces the old one", 40)],
)
def test_a_kill_in_the_middle_of_saving_leaves_a_state_to_resume_from(
    place, resumes_at, trained, tmp_path, monkeypatch
):
    run = Trainer(trained.recipe, trained.data_dir, tmp_path)
    owner, name = {
        "before the state is written": (run.accelerator, "save_state"),
        "before it is complete": (Path, "touch"),
        "while it replaces the old one": (shutil, "rmtree"),
    }[place]
    original = getattr(owner, name)

    def die_at_step_40(*arguments, **options):
        if run.progress.step == 40:
            if place == "while it replaces the old one":
                (tmp_path / "state/model.safetensors").unlink()
            raise Killed
        return original(*arguments, **options)

    with monkeypatch.context() as patch:
        patch.setattr(owner, name, die_at_step_40)
        with pytest.raises(Killed):
            run.train()

    for _ in range(2):  # and once more, as after a second kill
        resumed = Trainer(trained.recipe, trained.data_dir, tmp_path)
        resumed.resume()
        assert resumed.progress.step == resumes_at
        assert _log(tmp_path)[-1]["step"] == resumes_at


def test_a_finished_run_is_extended_from_where_it_stands(trained, recipe_file, tmp_path):
    shutil.copytree(trained.run_dir, tmp_path, dirs_exist_ok=True)
    arguments = ["--data-dir", str(trained.data_dir), "--run-dir", str(tmp_path), "--steps", "165"]
    main([str(recipe_file), *arguments, "--decay-steps", "5"])
    extended = Run(trained.recipe, trained.data_dir, tmp_path)
    assert extended.log[: len(trained.log)] == trained.log
    assert [line["step"] for line in extended.log[len(trained.log) :]] == [165, 165]
    assert extended.log[-1]["tokens"] > trained.log[-1]["tokens"]


def test_a_run_that_starts_from_a_checkpoint_begins_with_its_weights_and_vocabulary(trained, recipe_file, tmp_path):
    start, run_dir = trained.run_dir / "checkpoint", tmp_path / "run"
    places = ["--data-dir", str(trained.data_dir), "--run-dir", str(run_dir), "--start-from", str(start)]
    main([str(recipe_file), *places, "--steps", "5", "--decay-steps", "5"])
    assert (run_dir / "tokenizer.json").read_bytes() == (start / "tokenizer.json").read_bytes()

    first, last = trained.log[0]["train_loss"], trained.log[-2]["train_loss"]
    assert _log(run_dir)[0]["train_loss"] < last + 0.1 * (first - last), "it goes on, it does not begin anew"
    facts, before = load_facts(run_dir / "checkpoint"), load_facts(start)
    assert facts["started_from"] == before and before["started_from"] is None
    assert facts["steps"] == 5 and facts["tokens"] < before["tokens"]

    main([str(recipe_file), *places[:4], "--steps", "10"])  # a resumed run need not be told, and does not forget
    assert load_facts(run_dir / "checkpoint")["started_from"] == before


def test_a_run_killed_in_its_first_steps_still_starts_from_the_checkpoint(trained, tmp_path, monkeypatch):
    start = trained.run_dir / "checkpoint"
    with monkeypatch.context() as patch:
        patch.setattr(Trainer, "step", _die)
        with pytest.raises(Killed):
            Trainer(trained.recipe, trained.data_dir, tmp_path, start).train()
    resumed = Trainer(trained.recipe, trained.data_dir, tmp_path)
    resumed.resume()
    expected = load_file(start / "model.safetensors")
    assert all(torch.equal(weight, expected[name].float()) for name, weight in resumed.model.named_parameters())
    assert resumed.progress.started_from == load_facts(start)


def _die(*_arguments):
    raise Killed


def test_a_run_that_did_not_start_from_the_checkpoint_is_not_gone_on_with_as_if_it_had(trained, tmp_path):
    shutil.copytree(trained.run_dir, tmp_path, dirs_exist_ok=True)
    with pytest.raises(
        ValueError, match=r"state: expected a run that started from the given checkpoint; found another"
    ):
        Trainer(trained.recipe, trained.data_dir, tmp_path, tmp_path / "checkpoint").train()


def test_a_checkpoint_of_another_model_or_another_vocabulary_is_no_start(trained, tmp_path):
    start = trained.run_dir / "checkpoint"
    other = dataclasses.replace(trained.recipe, model={**trained.recipe.model, "norm": "post"})
    with pytest.raises(ValueError, match="expected a model with the recipe's norm=post; found norm=pre"):
        Trainer(other, trained.data_dir, tmp_path / "one", start)
    assert not (tmp_path / "one").exists(), "a refused start leaves no vocabulary behind"
    (tmp_path / "two").mkdir()
    (tmp_path / "two/tokenizer.json").write_text("{}")
    with pytest.raises(ValueError, match=r"expected the vocabulary of .*; found another: give a new --run-dir"):
        Trainer(trained.recipe, trained.data_dir, tmp_path / "two", start)
    for no_checkpoint in (trained.run_dir, tmp_path / "nowhere"):
        with pytest.raises(ValueError, match=r"expected training\.json, as training\.train writes it; found none"):
            Trainer(trained.recipe, trained.data_dir, tmp_path / "three", no_checkpoint)


def test_a_run_folder_of_another_model_is_refused(trained, tmp_path):
    shutil.copytree(trained.run_dir, tmp_path, dirs_exist_ok=True)
    other = dataclasses.replace(trained.recipe, model={**trained.recipe.model, "d_model": 16})
    with pytest.raises(ValueError, match=r"state: expected the state of a run with this recipe's model .* --run-dir"):
        Trainer(other, trained.data_dir, tmp_path).train()


def test_a_run_folder_of_another_optimizer_is_refused(trained, tmp_path):
    adam = dataclasses.replace(trained.recipe, optimizer="adam", steps=20)
    Trainer(adam, trained.data_dir, tmp_path).train()
    with pytest.raises(ValueError, match=r"state: expected .* optimiser; found another: .*its optimiser is adam\)"):
        Trainer(dataclasses.replace(adam, optimizer="adamw"), trained.data_dir, tmp_path).train()


def test_a_resumed_run_takes_the_recipes_settings_and_not_the_saved_ones(trained, tmp_path):
    shutil.copytree(trained.run_dir, tmp_path, dirs_exist_ok=True)
    resumed = Trainer(dataclasses.replace(trained.recipe, weight_decay=0.1), trained.data_dir, tmp_path)
    resumed.resume()
    groups = [group for optimizer in resumed.optimizers for group in optimizer.param_groups]
    assert len(groups) == 2 and {group["weight_decay"] for group in groups} == {0.1}
    assert all("momentum_buffer" in state for state in resumed.optimizers[0].state.values()), "and the saved state"


def test_pairs_that_are_all_too_long_are_refused(trained, tmp_path):
    recipe = dataclasses.replace(trained.recipe, max_length=3)
    with pytest.raises(ValueError, match="expected pairs of at most max_length=3 tokens a side; found none"):
        Trainer(recipe, trained.data_dir, tmp_path)


def test_training_pairs_that_are_all_too_long_are_refused(trained, tmp_path):
    data = shutil.copytree(trained.data_dir, tmp_path / "data")
    for language, lines in zip(("en", "de"), word_pairs(60, (24, 30)), strict=True):
        write_lines(data / f"words/train.{language}", lines)
    recipe = dataclasses.replace(trained.recipe, max_length=20, corpora=trained.recipe.corpora[:1])
    with pytest.raises(ValueError, match="expected training pairs of at most max_length=20 tokens; found none"):
        Trainer(recipe, data, tmp_path / "run").train()


def test_an_epoch_is_drawn_once_and_the_next_one_anew(trained, tmp_path):
    recipe = dataclasses.replace(trained.recipe, bpe_dropout=0.3)
    first, resumed = (Trainer(recipe, trained.data_dir, tmp_path) for _ in range(2))
    drawn, again, other = (
        [[*map(int, example.src)] for example in trainer.examples(epoch)]
        for trainer, epoch in [(first, 0), (resumed, 0), (resumed, 1)]
    )
    assert drawn == again != other
    last_state_in_epoch_0 = [[*map(int, example.src)] for example in resumed.examples(0)]
    assert last_state_in_epoch_0 == drawn, "until a state is saved in the new epoch, a resumed run needs the old one"
    resumed.examples(2)
    assert {path.name for path in tmp_path.glob("epoch*")} == {"epoch-1.npz", "epoch-2.npz"}, "older ones take no room"
    assert len(drawn) == 2 * (240 + 2 * 120), "each pair in both directions, as often as its corpus says"


def test_two_processes_have_the_loss_of_one_with_the_same_global_batches(toy_data, tmp_path, processes):
    data = shutil.copytree(toy_data, tmp_path / "data")
    for language, lines in zip(("en", "de"), word_pairs(60, (24, 30)), strict=True):
        write_lines(data / f"words/train.{language}", lines)
    path = tmp_path / "recipe.toml"
    path.write_text(
        recipe_with(
            ("dropout = 0.1", "dropout = 0.0"),
            ("batch_tokens = 512", "batch_tokens = 80"),
            ("steps = 160", "steps = 30"),
            ("log_every = 5", "log_every = 1"),
            ("validate_every = 80", "validate_every = 30"),
        )
    )
    one, two = (Run(Recipe.load(path), data, tmp_path / name) for name in ("one", "two"))

    trainer = Trainer(one.recipe, one.data_dir, one.run_dir)
    batches = bucketed_batches(trainer.examples(0), 80, one.recipe.seed, epoch=0)
    assert 1 in {len(batch) for batch in batches[:30]}, "a batch that has no example for the second process"
    trainer.train()
    torchrun = LaunchConfig(  # what `torchrun --standalone --nproc-per-node 2` does
        min_nodes=1, max_nodes=1, nproc_per_node=2, rdzv_backend="c10d", rdzv_endpoint="localhost:0", run_id="toy",
        max_restarts=0, start_method=processes.get_start_method(),
    )  # fmt: skip
    with ThreadPoolExecutor(1) as beside:  # in the main thread it would take over the signals
        launch = elastic_launch(torchrun, main)
        beside.submit(launch, [str(path), "--data-dir", str(data), "--run-dir", str(two.run_dir)]).result()

    assert (two.run_dir / "state/random_states_1.pkl").exists(), "a second process took part"
    assert len(two.log) == len(one.log) == 31
    for ours, theirs in zip(one.log, two.log, strict=True):
        assert (theirs["step"], theirs["tokens"]) == (ours["step"], ours["tokens"])
        for name in set(ours) - {"seconds", "tokens_per_second"}:
            assert theirs[name] == pytest.approx(ours[name], abs=1e-5), (ours["step"], name)


def _assert_same_run(run_dir: Path, other: Path) -> None:
    weights, expected = load_file(run_dir / "state/model.safetensors"), load_file(other / "state/model.safetensors")
    assert weights.keys() == expected.keys()
    assert all(torch.equal(weights[name], expected[name]) for name in weights)
    averaged, expected = (load_file(folder / "checkpoint/model.safetensors") for folder in (run_dir, other))
    assert all(torch.equal(averaged[name], expected[name]) for name in averaged)
    assert _without_times(run_dir) == _without_times(other)


def _without_times(run_dir: Path) -> list[dict]:
    return [
        {name: line[name] for name in line if name not in ("seconds", "tokens_per_second")} for line in _log(run_dir)
    ]


def _log(run_dir: Path) -> list[dict]:
    return [json.loads(line) for line in (run_dir / "metrics.jsonl").read_text().splitlines()]


class ReadBack(TorchDispatchMode):
    """Keeps what a step reads back into Python: for each such number a process waits until its GPU is done."""

    def __init__(self):
        super().__init__()
        self.read = []

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        if function is torch.ops.aten._local_scalar_dense.default:
            self.read.append(args[0])
        return function(*args, **(kwargs or {}))


def test_a_step_waits_for_no_device(trained, tmp_path):
    """The one number that it reads, how many steps the average has seen, is kept on the CPU."""
    trainer = Trainer(trained.recipe, trained.data_dir, tmp_path)
    trainer.resume()
    batches = trainer.batches()
    trainer.step(next(batches))  # the optimisers make their state
    with ReadBack() as mode:
        trainer.step(next(batches))
    is_first, is_later, n_averaged = mode.read  # and nothing of the model, the loss or the optimisers
    assert (bool(is_first), bool(is_later)) == (False, True) and n_averaged is trainer.ema.n_averaged
    assert trainer.ema.n_averaged.device.type == "cpu"


def test_a_gpu_is_sent_its_batches_from_pinned_memory(monkeypatch):
    sent = []
    tensor = torch.ones(2, 3, dtype=torch.long)
    monkeypatch.setattr(torch.Tensor, "pin_memory", lambda self: sent.append("pinned") or self)
    monkeypatch.setattr(
        torch.Tensor, "to", lambda self, device, non_blocking=False: sent.append((device, non_blocking))
    )
    Batch(tensor, tensor, tensor).to(torch.device("cuda"))
    assert sent == ["pinned", (torch.device("cuda"), True)] * 3
