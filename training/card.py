"""The model card: what the weights were made from, what that cost, how well they translate."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple, cast

from huggingface_hub import EvalResult, ModelCard, ModelCardData

from model.storage.files import FRAME_MAPS, FRAMES
from training.recipe import Recipe

TRAINING_FACTS = "training.json"  # beside the weights that training.train exports: the recipe, and what the run took
METRIC_A, METRIC_B = "BLEU, tokenised and lower-cased", "BLEU, sacreBLEU default"

_TEMPLATE = """# Transformer, {languages}

The Transformer of "Attention Is All You Need" (Vaswani et al. 2017), built from the paper and trained from scratch.
It translates between {languages}; one model does both directions.

```
pip install .  # in the folder of this project, or: pip install git+ADDRESS
```

```python
from transformer_opened import Translator

Translator.from_pretrained("path/to/this/folder").translate("Where is my book?", direction="{direction}")
```

## Scores

{scores}

## Training

{training}

## Licence

The licence is `other` because the weights were learned from texts under different terms, listed above with whom to
credit. For data without a stated licence no right beyond research and education should be assumed, neither for the
text nor for weights learned from it.

## Intended use and limits

Made to show how a Transformer works, and to translate sentences like those that it was trained on. It translates one
sentence at a time and knows nothing of the sentence before. Longer sentences, other subjects, names, numbers and
rare words come out worse, fluent output may be wrong, and habits of the training data (who is called what, which
gender a profession has) show in the translations. Do not rely on it where a mistake does harm.
"""


class Score(NamedTuple):
    """One BLEU score (0 to 100) of one direction on one split of a corpus."""

    corpus: str
    split: str
    direction: str
    metric: str
    value: float
    signature: str


def load_facts(checkpoint: Path) -> dict[str, Any]:
    """What `training.train` wrote beside the weights.

    Raises:
        ValueError: it is not there.
    """
    path = checkpoint / TRAINING_FACTS
    if not path.is_file():
        raise ValueError(f"{checkpoint}: expected {TRAINING_FACTS}, as training.train writes it; found none")
    return json.loads(path.read_text(encoding="utf-8"))


def score_table(scores: Sequence[Score]) -> str:
    """The scores as a Markdown table, and below it each metric's signature."""
    rows = [(f"{score.corpus} {score.split}", score.direction, score.metric, f"{score.value:.2f}") for score in scores]
    signatures = dict.fromkeys(f"- {score.metric}: `{score.signature}`" for score in scores)
    return _table(("Data", "Direction", "Metric", "Score"), rows) + "\n\n" + "\n".join(signatures)


def update_card(folder: Path, facts: dict[str, Any], scores: Sequence[Score], beam_size: int, alpha: float) -> None:
    """Writes scores and training facts into `folder/README.md`: the front matter and the text between the markers.

    Text around the markers is kept; where there is no card yet, a new one is made.

    Raises:
        ValueError: the card that is there lacks a marker.
    """
    recipe = Recipe.from_dict(facts["recipe"])
    path = folder / "README.md"
    blocks = {
        "scores": f"Beam size {beam_size}, length penalty {alpha}. Two metrics: never compare one with the other.\n\n"
        + score_table(scores),
        "training": _training(recipe, facts) + _frames(folder),
    }
    if path.exists():
        card = ModelCard.load(path)
        text = card.text
        for name, content in blocks.items():
            text = _fill(text, name, content)
    else:
        card = ModelCard.from_template(_card_data(recipe), template_str="---\n{{ card_data }}\n---\n")
        languages = " and ".join(f"`{language}`" for language in recipe.languages)
        marked = {name: _marked(name, content) for name, content in blocks.items()}
        text = _TEMPLATE.format(languages=languages, direction="-".join(recipe.languages), **marked)
    card_data = cast(ModelCardData, card.data)
    card_data.eval_results = [_eval_result(score) for score in scores]
    ModelCard(f"---\n{card.data}\n---\n\n{text.lstrip()}").save(path)


def _training(recipe: Recipe, facts: dict[str, Any]) -> str:
    runs = _runs(facts)
    data = _table(
        ("Recipe", "Data", "Training pairs", "Times an epoch", "Source", "Licence"),
        [
            (run["recipe"]["name"], c.name, f"{run['pairs'][c.name]:,}", c.repeat, c.source, c.licence)
            for run in runs
            for c in Recipe.from_dict(run["recipe"]).corpora
            if c.repeat  # others are only held against
        ],
    )
    model = recipe.transformer
    optimizer = {"muon": "Muon with AdamW", "adamw": "AdamW", "adam": "Adam"}[recipe.optimizer]
    tokens, seconds, cpu_seconds = (sum(run[name] for run in runs) for name in ("tokens", "seconds", "cpu_seconds"))
    rows = [
        ("Recipe", f"`{recipe.name}`, seed {recipe.seed}"),
        *[("Started from", f"`{run['recipe']['name']}`: {_steps(run)}{_averaged(run)}") for run in runs[1:]],
        ("Parameters", f"{facts['parameters']:,}"),
        ("Layers", f"{model.n_encoder_layers} encoder, {model.n_decoder_layers} decoder, {model.norm}-norm"),
        ("Sizes", f"d_model {model.d_model}, d_ff {model.d_ff}, {model.n_heads} heads, dropout {model.dropout}"),
        ("Vocabulary", f"{recipe.vocab_size:,} tokens at most, byte-pair encoding, one for all languages"),
        ("Optimiser", f"{optimizer}, {recipe.schedule}, label smoothing {recipe.label_smoothing}"),
        ("Batch", f"{recipe.batch_tokens:,} tokens, source and target with padding"),
        ("Steps", _steps(facts)),
        ("Tokens seen", f"{tokens / 1e6:.1f} million in all, source and target without padding"),
        ("Weights", f"moving average, decay {recipe.ema_decay}{_averaged(facts)}"),
        ("Time", f"{seconds / 3600:.2f} hours on the wall, {cpu_seconds / 3600:.2f} CPU hours, in all"),
    ]
    return data + "\n\n" + _table(("", ""), rows)


def _frames(folder: Path) -> str:
    if not (folder / FRAMES).is_file():
        return ""
    frames = json.loads((folder / FRAMES).read_text(encoding="utf-8"))["frames"]
    text = (
        f"\n\n`{FRAMES}` and `{FRAME_MAPS}` keep {len(frames)} moments of the training: what the model translated, "
        "where it attended, how good it was."
    )
    if n_apart := sum(frame.get("apart", False) for frame in frames):
        same = "with the same vocabulary and sizes"
        text += f" The first {n_apart} come from a separate run that began from nothing, {same}."
    return text


def _runs(facts: dict[str, Any]) -> list[dict[str, Any]]:
    """The run, the one whose weights it started from, and so on back to the first."""
    before = facts.get("started_from")
    return [facts, *(_runs(before) if before else [])]


def _steps(facts: dict[str, Any]) -> str:
    return f"{facts['steps']:,} steps, {facts['tokens'] / 1e6:.1f} million tokens; epochs completed: {facts['epochs']}"


def _averaged(facts: dict[str, Any]) -> str:
    return "; the mean of it and of the weights that it started from" if facts.get("averaged_with_start") else ""


def _card_data(recipe: Recipe) -> ModelCardData:
    return ModelCardData(
        language=list(recipe.languages),
        license="other",
        license_name="see-training-data",
        pipeline_tag="translation",
        tags=["translation", "transformer", "attention-is-all-you-need"],
        metrics=["bleu"],
        model_name=f"Transformer {recipe.name}",
        eval_results=[],
    )


def _eval_result(score: Score) -> EvalResult:
    return EvalResult(
        task_type="translation",
        task_name=f"Translation {score.direction}",
        dataset_type=score.corpus,
        dataset_name=f"{score.corpus} {score.split}",
        dataset_config=score.direction,
        dataset_split=score.split,
        metric_type="bleu",
        metric_name=score.metric,
        metric_value=round(score.value, 2),
        metric_args={"signature": score.signature},
    )


def _table(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines)


def _marked(name: str, content: str) -> str:
    return f"<!-- {name}: begin -->\n{content}\n<!-- {name}: end -->"


def _fill(text: str, name: str, content: str) -> str:
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    before, found_begin, rest = text.partition(begin)
    _, found_end, after = rest.partition(end)
    if not (found_begin and found_end):
        raise ValueError(f"README.md: expected the markers {begin} and {end}; found none: delete it to get a new one")
    return before + _marked(name, content) + after
