"""`python -m training.train RECIPE --data-dir … --run-dir …`: trains, validates, saves, resumes.

The same command runs on many GPUs with `accelerate launch -m training.train …`.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import time
from pathlib import Path

import torch
import torch.nn.functional as F
from accelerate import Accelerator
from accelerate.utils import set_seed
from torch import Tensor
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.optim.swa_utils import AveragedModel
from tqdm import tqdm

from model.checkpoint import save_checkpoint
from model.config import TransformerConfig
from model.tokenizer import Tokenizer
from model.transformer import Transformer
from training.data import Batch, Example, bucketed_batches, collate, load_corpus, tokenize
from training.optimizer import build_optimizers
from training.recipe import Recipe
from training.schedule import paper_schedule, warmup_stable_decay
from training.tokenizer import train_tokenizer
from training.validate import validate


class Progress:
    """Where a run stands; saved with its state."""

    def __init__(self) -> None:
        self.step = self.epoch = self.batch = self.tokens = 0
        self.seconds = self.cpu_seconds = 0.0

    def state_dict(self) -> dict:
        return dict(vars(self))

    def load_state_dict(self, state: dict) -> None:
        vars(self).update(state)


def learning_rate_factor(recipe: Recipe, step: int) -> float:
    """The schedule's factor on the base rate at `step` (from 1).

    Raises:
        ValueError: the recipe names an unknown schedule.
    """
    if recipe.schedule == "paper":
        return paper_schedule(step, recipe.model["d_model"], recipe.warmup_steps)
    if recipe.schedule == "warmup_stable_decay":
        return warmup_stable_decay(step, recipe.warmup_steps, recipe.decay_steps, recipe.steps)
    raise ValueError(f"schedule: expected paper or warmup_stable_decay; found {recipe.schedule!r}")


def token_loss(logits: Tensor, labels: Tensor, pad_id: int, label_smoothing: float) -> Tensor:
    """Sum over the real tokens of the cross-entropy, with label smoothing (§5.4)."""
    return F.cross_entropy(
        logits.flatten(0, 1), labels.flatten(), ignore_index=pad_id, label_smoothing=label_smoothing, reduction="sum"
    )


def ema_update(decay: float):
    """The moving average's rule: young averages forget faster, so that the random start does not linger."""

    @torch.no_grad()
    def update(averaged: list[Tensor], current: list[Tensor], n_averaged: Tensor) -> None:
        n = int(n_averaged)
        torch._foreach_lerp_(averaged, current, 1 - min(decay, (1 + n) / (10 + n)))

    return update


class Trainer:
    """One run: everything that `save` writes, `resume` brings back."""

    def __init__(self, recipe: Recipe, data_dir: Path, run_dir: Path) -> None:
        self.recipe, self.run_dir = recipe, run_dir
        self.accelerator = Accelerator(mixed_precision=recipe.mixed_precision)
        set_seed(recipe.seed)
        run_dir.mkdir(parents=True, exist_ok=True)
        with self.accelerator.main_process_first():
            train = {c.name: load_corpus(c, recipe.languages, "train", data_dir) for c in recipe.corpora}
            valid = {c.name: load_corpus(c, recipe.languages, "valid", data_dir) for c in recipe.corpora}
            self.tokenizer = self._tokenizer(train)
        self.examples: list[Example] = []
        for corpus in recipe.corpora:
            pairs = tokenize(train[corpus.name], recipe.languages, self.tokenizer, recipe.max_length)
            self.examples += pairs * corpus.repeat
        self.valid = valid

        config = TransformerConfig(
            vocab_size=len(self.tokenizer),
            pad_id=self.tokenizer.pad_id,
            bos_id=self.tokenizer.bos_id,
            eos_id=self.tokenizer.eos_id,
            **recipe.model,
        )
        model = Transformer(config)
        self.ema = AveragedModel(model, multi_avg_fn=ema_update(recipe.ema_decay))
        optimizers = build_optimizers(model, recipe)
        self.base_rates = [group["lr"] for optimizer in optimizers for group in optimizer.param_groups]
        self.model, *self.optimizers = self.accelerator.prepare(model, *optimizers)
        self.ema.to(self.accelerator.device)
        self.progress = Progress()
        self.accelerator.register_for_checkpointing(self.ema, self.progress)

    def _tokenizer(self, train: dict) -> Tokenizer:
        path = self.run_dir / "tokenizer.json"
        if not path.exists():
            texts = (text for pairs in train.values() for lang in self.recipe.languages for text in pairs[lang])
            train_tokenizer(texts, self.recipe.languages, self.recipe.vocab_size).save(path)
        return Tokenizer.load(path)

    def save(self) -> None:
        """Writes the whole state beside the old one, then puts it in its place: a kill leaves one of the two."""
        new, state = self.run_dir / "state.new", self.run_dir / "state"
        if self.accelerator.is_main_process:
            shutil.rmtree(new, ignore_errors=True)
        self.accelerator.wait_for_everyone()
        self.accelerator.save_state(str(new))
        self.accelerator.wait_for_everyone()
        if self.accelerator.is_main_process:
            (new / "complete").touch()
            shutil.rmtree(state, ignore_errors=True)
            os.replace(new, state)

    def resume(self) -> None:
        """Goes on from the newest complete state, if there is one."""
        for name in ("state.new", "state"):
            if (self.run_dir / name / "complete").exists():
                self.accelerator.load_state(str(self.run_dir / name))
                return

    def train(self) -> None:
        """Runs to the recipe's last step; writes `checkpoint/` there."""
        recipe, progress, accelerator = self.recipe, self.progress, self.accelerator
        self.resume()
        bar = tqdm(
            total=recipe.steps, initial=progress.step, unit="step", dynamic_ncols=True,
            disable=not accelerator.is_main_process,
        )  # fmt: skip
        started, cpu_started = time.perf_counter() - progress.seconds, time.process_time() - progress.cpu_seconds
        window_tokens, window_start = 0, time.perf_counter()
        while progress.step < recipe.steps:
            batches = bucketed_batches(self.examples, recipe.batch_tokens, recipe.seed, progress.epoch)
            while progress.batch < len(batches) and progress.step < recipe.steps:
                examples = [self.examples[i] for i in batches[progress.batch]]
                progress.batch += 1
                if len(examples) < accelerator.num_processes:
                    continue  # every process needs a share
                batch_tokens = sum(len(example.src) + len(example.tgt) for example in examples)
                loss = self.step(examples)
                progress.tokens += batch_tokens
                window_tokens += batch_tokens
                progress.seconds = time.perf_counter() - started
                progress.cpu_seconds = time.process_time() - cpu_started
                bar.update()
                if progress.step % 20 == 0:
                    rate = window_tokens / (time.perf_counter() - window_start)
                    window_tokens, window_start = 0, time.perf_counter()
                    mean_loss = accelerator.reduce(loss).item()
                    bar.set_postfix_str(f"loss {mean_loss:.3f}, {rate:,.0f} tokens/s, {progress.tokens / 1e6:.1f}M")
                    self.log(train_loss=mean_loss, tokens_per_second=rate)
                if progress.step % recipe.validate_every == 0 or progress.step == recipe.steps:
                    self.log(**self.validate())
                    window_tokens, window_start = 0, time.perf_counter()
                if progress.step % recipe.save_every == 0 or progress.step == recipe.steps:
                    self.save()
            if progress.batch >= len(batches):
                progress.epoch, progress.batch = progress.epoch + 1, 0
        bar.close()
        self.export()

    def step(self, examples: list[Example]) -> Tensor:
        """One optimiser step on one global batch; returns this process's part of the mean loss a token."""
        recipe, progress, accelerator = self.recipe, self.progress, self.accelerator
        progress.step += 1
        self.model.train()
        factor = learning_rate_factor(recipe, progress.step)
        groups = [group for optimizer in self.optimizers for group in optimizer.param_groups]
        for group, rate in zip(groups, self.base_rates, strict=True):
            group["lr"] = rate * factor
        share = examples[accelerator.process_index :: accelerator.num_processes]
        batch = Batch(*(tensor.to(accelerator.device) for tensor in collate(share, self.tokenizer)))
        n_tokens = sum(len(example.tgt) for example in examples)
        # On a CPU the fused kernel's bfloat16 path took 13 times as long as matrix product, softmax, matrix product.
        backend = [SDPBackend.MATH] if accelerator.device.type == "cpu" else [SDPBackend.FLASH_ATTENTION, SDPBackend.EFFICIENT_ATTENTION, SDPBackend.MATH]  # fmt: skip
        with sdpa_kernel(backend):
            logits = self.model(batch.src, batch.tgt)
            loss = token_loss(logits, batch.labels, self.tokenizer.pad_id, recipe.label_smoothing) / n_tokens
            # processes average their gradients; times their number, the average is the global batch's gradient
            accelerator.backward(loss * accelerator.num_processes)
        accelerator.clip_grad_norm_(self.model.parameters(), recipe.clip_norm)
        for optimizer in self.optimizers:
            optimizer.step()
            optimizer.zero_grad()
        self.ema.update_parameters(accelerator.unwrap_model(self.model))
        return loss.detach()

    def validate(self) -> dict[str, float]:
        """Loss and BLEU of the averaged weights on the valid files; the main process alone computes them."""
        metrics = {}
        if self.accelerator.is_main_process:
            metrics = validate(self.ema.module.eval(), self.tokenizer, self.valid, self.recipe)
        self.accelerator.wait_for_everyone()
        return metrics

    def log(self, **metrics: float) -> None:
        """Adds a line to `metrics.jsonl`."""
        if self.accelerator.is_main_process:
            line = {
                "step": self.progress.step,
                "tokens": self.progress.tokens,
                "seconds": self.progress.seconds,
                **metrics,
            }
            with open(self.run_dir / "metrics.jsonl", "a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")

    def export(self) -> None:
        """Writes the averaged weights as a checkpoint."""
        if self.accelerator.is_main_process:
            save_checkpoint(self.ema.module, self.tokenizer, self.run_dir / "checkpoint")


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m training.train", description="Train a Transformer from a recipe.")
    parser.add_argument("recipe", type=Path, help="TOML file, such as training/recipes/en-de.toml")
    parser.add_argument("--data-dir", type=Path, default=Path("data"), help="folder of the recipe's local files")
    parser.add_argument("--run-dir", type=Path, required=True, help="state, log and checkpoint; resumed if it exists")
    parser.add_argument("--steps", type=int, help="instead of the recipe's: extends a run or cuts it short")
    parser.add_argument("--decay-steps", type=int, help="instead of the recipe's: how many of the last steps decay")
    args = parser.parse_args(arguments)
    changes = {name: getattr(args, name) for name in ("steps", "decay_steps") if getattr(args, name) is not None}
    Trainer(Recipe.load(args.recipe, **changes), args.data_dir, args.run_dir).train()


if __name__ == "__main__":
    main()
