"""`python -m training.train RECIPE --data-dir … --run-dir …`: trains, validates, saves, resumes.

The same command runs on many GPUs with `accelerate launch -m training.train …`, and on many CPUs with `torchrun
--nproc-per-node N -m training.train …`.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import logging
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import cast

import torch
from accelerate import Accelerator
from accelerate.utils import set_seed
from torch import Tensor
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.optim.swa_utils import AveragedModel
from tqdm import tqdm

from model.storage.checkpoint import Checkpoint
from model.storage.weights import fill, read_weights
from model.tokenizer import Tokenizer
from model.transformer import Transformer
from training.data import Example, bucketed_batches, collate, short_pairs
from training.dropout import use_byte_dropout
from training.export import export, facts_of_start
from training.frames import FrameRecorder
from training.loss import token_loss
from training.mixture import Mixture, load_valid
from training.optimizer import build_optimizers, ema_update
from training.progress import Progress, Stopwatch
from training.recipe import Recipe
from training.run_folder import RunFolder
from training.schedule import learning_rate_factor
from training.tokenizer import train_tokenizer, with_dropout
from training.validate import validate

# the embedding is tied on purpose (§3.4): accelerate need not say so at every save
logging.getLogger("accelerate.utils.other").addFilter(lambda record: "shared tensor" not in record.getMessage())


class Trainer:
    """One run: everything that `save` writes, `resume` brings back.

    With `start_from`, a checkpoint that another run exported, its weights and its vocabulary are the first ones.

    Raises:
        ValueError: a corpus cannot be read, or has no pair short enough; `start_from` is no such checkpoint, or its
            model or vocabulary is not this run's.
    """

    def __init__(self, recipe: Recipe, data_dir: Path, run_dir: Path, start_from: Path | None = None) -> None:
        self.stopwatch = Stopwatch()
        self.recipe, self.folder = recipe, RunFolder(run_dir)
        self.started_from = None if start_from is None else facts_of_start(start_from, recipe)
        # said aloud, because otherwise torchrun's processes on a machine without GPU do not join
        cpu = not torch.accelerator.is_available()
        self.accelerator = Accelerator(cpu=cpu, mixed_precision=recipe.mixed_precision)
        set_seed(recipe.seed, device_specific=True)  # so that each process drops out other units
        with self.accelerator.main_process_first():
            self.mixture, valid = Mixture(recipe, data_dir), load_valid(recipe, data_dir)
            self.tokenizer = self.folder.tokenizer(self._learn_tokenizer, start_from)
        self.valid = {
            name: short_pairs(pairs, recipe.languages, self.tokenizer, recipe.max_length)
            for name, pairs in valid.items()
        }

        config = dataclasses.replace(
            recipe.transformer,
            vocab_size=len(self.tokenizer),
            pad_id=self.tokenizer.pad_id,
            bos_id=self.tokenizer.bos_id,
            eos_id=self.tokenizer.eos_id,
        )
        model = Transformer(config)
        if start_from is not None:
            fill(model, read_weights(start_from))
        if cpu:
            use_byte_dropout(model)
        self.ema = AveragedModel(model, multi_avg_fn=ema_update(recipe.ema_decay))
        optimizers = build_optimizers(model, recipe)
        self.base_rates = [group["lr"] for optimizer in optimizers for group in optimizer.param_groups]
        self.model, *self.optimizers = self.accelerator.prepare(model, *optimizers)
        self.ema.to(self.accelerator.device)
        self.ema.n_averaged = self.ema.n_averaged.cpu()  # read at each step, which must not wait for a GPU
        self.frames: FrameRecorder | None = None
        if recipe.frames is not None:
            self.frames = FrameRecorder(recipe.frames, config, self.tokenizer, data_dir, run_dir)
        if self.frames is not None and start_from is not None and self.accelerator.is_main_process:
            self.frames.carry(start_from)
        self.progress = Progress(recipe.optimizer, self.started_from)
        self.accelerator.register_for_checkpointing(self.ema, self.progress)

    @property
    def begins_in_the_middle(self) -> bool:
        """Whether the weights that came first brought no frames: then there is no film to go on with."""
        return self.progress.started_from is not None and (self.frames is None or not self.frames.has_some)

    @property
    def averaged(self) -> Transformer:
        """The model with the averaged weights, which are validated and exported."""
        return cast(Transformer, self.ema.module)

    def _learn_tokenizer(self) -> Tokenizer:
        texts = (text for sentences in self.mixture.draw(0).values() for text in sentences)
        return train_tokenizer(texts, self.recipe.languages, self.recipe.vocab_size)

    def save(self) -> None:
        """Writes the whole state beside the old one, then puts it in its place: a kill leaves one of the two."""
        if self.accelerator.is_main_process:
            self.folder.clear_new_state()
        self.accelerator.wait_for_everyone()
        self.accelerator.save_state(str(self.folder.new_state))
        self.accelerator.wait_for_everyone()
        if self.accelerator.is_main_process:
            self.folder.take_new_state()

    def resume(self) -> None:
        """Goes on from the newest complete state, or from the start if there is none.

        Raises:
            ValueError: the state is of another model or optimiser than the recipe's, or of a run that did not start
                from the given checkpoint.
        """
        if self.accelerator.is_main_process:
            self.folder.finish_taking()
        self.accelerator.wait_for_everyone()
        if self.folder.has_state:
            self._load(self.folder.state)
        if self.accelerator.is_main_process:
            self.folder.rewind_log(self.progress.step)

    def _load(self, state: Path) -> None:
        groups = [group for optimizer in self.optimizers for group in optimizer.param_groups]
        settings = [{name: value for name, value in group.items() if name != "params"} for group in groups]
        try:
            self.accelerator.load_state(str(state))
            if self.progress.optimizer != self.recipe.optimizer:  # Adam would take AdamW's state
                raise ValueError(f"its optimiser is {self.progress.optimizer}")
        except (RuntimeError, ValueError) as error:
            raise ValueError(
                f"{state}: expected the state of a run with this recipe's model and optimiser; found another: "
                f"give the recipe that it was made with, or another --run-dir ({error})"
            ) from error
        if self.started_from is not None and self.started_from != self.progress.started_from:
            raise ValueError(
                f"{state}: expected a run that started from the given checkpoint; found another: give a new --run-dir"
            )
        # the recipe's, not those that were saved: a recipe may change on the way
        groups = [group for optimizer in self.optimizers for group in optimizer.param_groups]
        for group, values in zip(groups, settings, strict=True):
            group.update(values)

    def train(self) -> None:
        """Resumes, runs to the recipe's last step, and writes `checkpoint/` there."""
        recipe, progress = self.recipe, self.progress
        self.resume()
        self.count_time()
        if self.started_from is not None and progress.step == 0:
            self.save()  # so that a run which is killed now goes on from the same weights
        loss, n_labels, tokens_before = torch.zeros((), device=self.accelerator.device), 0, progress.tokens
        seconds = 0.0  # since the line before, without those of frames
        frames = None if self.begins_in_the_middle else self.frames
        if frames is not None:
            with self.accelerator.main_process_first():  # which drops what is too new
                frames.begin(progress.step, progress.tokens, progress.started_from)
            if frames.is_due(progress.tokens):
                self.record_frame(frames)
                self.count_time()
        bar = tqdm(
            total=recipe.steps, initial=progress.step, unit="step", dynamic_ncols=True,
            disable=not self.accelerator.is_main_process,
        )  # fmt: skip
        for examples in islice(self.batches(), max(0, recipe.steps - progress.step)):
            loss += self.step(examples)
            n_labels += sum(len(example.tgt) for example in examples)
            bar.update()
            last = progress.step == recipe.steps
            if last or progress.step % recipe.log_every == 0:
                rate = (progress.tokens - tokens_before) / (seconds + self.count_time())
                mean_loss = self.total(loss) / n_labels
                self.log(train_loss=mean_loss, tokens_per_second=rate)
                bar.set_postfix_str(f"loss {mean_loss:.3f}, {rate:,.0f} tokens/s, {progress.tokens / 1e6:.1f}M")
                loss, n_labels, tokens_before, seconds = torch.zeros_like(loss), 0, progress.tokens, 0.0
            metrics = None
            if last or progress.step % recipe.validate_every == 0:
                metrics = self.validate()
                self.count_time()
                self.log(**metrics)
            if frames is not None and frames.is_due(progress.tokens):
                seconds += self.count_time()
                self.record_frame(frames, metrics)
                self.count_time()
            if last or progress.step % recipe.save_every == 0:
                self.save()
        bar.close()
        self.export()

    def batches(self) -> Iterator[list[Example]]:
        """The global batches from where the run stands, epoch after epoch."""
        progress = self.progress
        while True:
            examples = self.examples(progress.epoch)
            batches = bucketed_batches(examples, self.recipe.batch_tokens, self.recipe.seed, progress.epoch)
            while progress.batch < len(batches):
                progress.batch += 1
                yield [examples[i] for i in batches[progress.batch - 1]]
            progress.epoch, progress.batch = progress.epoch + 1, 0

    def examples(self, epoch: int) -> list[Example]:
        """An epoch's examples: each pair in both directions, as often as its corpus is repeated.

        Drawn once and kept in a file, so that all processes, and a resumed run, meet the same.

        Raises:
            ValueError: no pair is short enough.
        """
        with self.accelerator.main_process_first():
            self.folder.keep_epoch(epoch, lambda: self.mixture.examples(epoch, self.tokenizer, self._dropping()))
        return self.folder.epoch(epoch)

    def _dropping(self) -> Tokenizer | None:
        dropout = self.recipe.bpe_dropout
        return with_dropout(self.folder.tokenizer_file, dropout) if dropout else None

    def step(self, examples: list[Example]) -> Tensor:
        """One optimiser step on one global batch; returns the loss summed over this process's share of the labels."""
        recipe, progress, accelerator = self.recipe, self.progress, self.accelerator
        progress.step += 1
        progress.tokens += sum(len(example.src) + len(example.tgt) for example in examples)
        self.model.train()
        factor = learning_rate_factor(recipe, progress.step)
        groups = [group for optimizer in self.optimizers for group in optimizer.param_groups]
        for group, rate in zip(groups, self.base_rates, strict=True):
            group["lr"] = rate * factor

        loss = self._loss(examples[accelerator.process_index :: accelerator.num_processes], examples)
        # processes average their gradients; times their number, the average is the global batch's mean a label
        n_labels = sum(len(example.tgt) for example in examples)
        accelerator.backward(loss * (accelerator.num_processes / n_labels))
        accelerator.clip_grad_norm_(self.model.parameters(), recipe.clip_norm)
        for optimizer in self.optimizers:
            optimizer.step()
            optimizer.zero_grad()
        self.ema.update_parameters(accelerator.unwrap_model(self.model))
        return loss.detach()

    def _loss(self, share: list[Example], examples: list[Example]) -> Tensor:
        device = self.accelerator.device
        batch = collate(share or examples[:1], self.tokenizer).to(device)
        if not share:  # more processes than examples: this one takes part with no label
            batch.labels.fill_(self.tokenizer.pad_id)
        # On a CPU the fused kernel took 13 times as long in bfloat16 as matrix product, softmax, matrix product.
        kernel = sdpa_kernel(SDPBackend.MATH) if device.type == "cpu" else contextlib.nullcontext()
        with kernel:
            logits = self.model(batch.src, batch.tgt)
        return token_loss(logits, batch.labels, self.tokenizer.pad_id, self.recipe.label_smoothing)

    def validate(self) -> dict[str, float]:
        """Loss and BLEU of the averaged weights on the valid files; the main process alone computes them."""
        metrics = {}
        if self.accelerator.is_main_process:
            metrics = validate(self.averaged, self.tokenizer, self.valid, self.recipe)
        self.accelerator.wait_for_everyone()
        return metrics

    def record_frame(self, frames: FrameRecorder, metrics: dict[str, float] | None = None) -> None:
        """Keeps a frame of the averaged weights, with these figures of theirs or with new ones."""
        metrics = self.validate() if metrics is None else metrics
        if self.accelerator.is_main_process:
            frames.record(self.averaged, self.progress.step, metrics)
        self.accelerator.wait_for_everyone()

    def count_time(self) -> float:
        """Adds the time since the last call to the progress; returns the seconds by the clock on the wall."""
        seconds, cpu_seconds = self.stopwatch.read()
        self.progress.seconds += seconds
        self.progress.cpu_seconds += self.total(torch.tensor(cpu_seconds, device=self.accelerator.device))
        return seconds

    def total(self, number: Tensor) -> float:
        """The sum of a number over all processes."""
        return cast(Tensor, self.accelerator.reduce(number)).item()

    def log(self, **metrics: float) -> None:
        """Adds a line to the log."""
        if self.accelerator.is_main_process:
            progress = self.progress
            self.folder.log({"step": progress.step, "tokens": progress.tokens, "seconds": progress.seconds, **metrics})

    def export(self) -> None:
        """Writes the averaged weights as a checkpoint, with the frames that led to them."""
        if not self.accelerator.is_main_process:
            return
        folder, progress = self.folder.checkpoint, self.progress
        export(folder, self.averaged, self.tokenizer, self.recipe, self.mixture.n_pairs, progress)
        if (
            self.frames is not None and not self.begins_in_the_middle
        ):  # the last one of the weights as they were rounded
            exported = Checkpoint.load(folder).network.to(self.accelerator.device)
            metrics = validate(exported, self.tokenizer, self.valid, self.recipe)
            self.frames.export(folder, exported, progress.step, metrics)


def main(arguments: list[str] | None = None) -> None:
    """Reads the command line and trains."""
    parser = argparse.ArgumentParser(prog="python -m training.train", description="Train a Transformer from a recipe.")
    parser.add_argument("recipe", type=Path, help="TOML file, such as training/recipes/en-de.toml")
    parser.add_argument("--data-dir", type=Path, default=Path("data"), help="folder of the recipe's local files")
    parser.add_argument("--run-dir", type=Path, required=True, help="state, log and checkpoint; resumed if it exists")
    parser.add_argument("--start-from", type=Path, help="checkpoint whose weights and vocabulary come first")
    parser.add_argument("--steps", type=int, help="instead of the recipe's: extends a run or cuts it short")
    parser.add_argument("--decay-steps", type=int, help="instead of the recipe's: how many of the last steps decay")
    args = parser.parse_args(arguments)
    changes = {name: getattr(args, name) for name in ("steps", "decay_steps") if getattr(args, name) is not None}
    trainer = Trainer(Recipe.load(args.recipe, **changes), args.data_dir, args.run_dir, args.start_from)
    trainer.train()
    trainer.accelerator.end_training()


if __name__ == "__main__":
    main()
