"""What the page is about: the model, the text, which sentence of it is open, and which hypothesis is inspected."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from explain.run import Run, Settings
from explain.runner import Runner
from model.checks import is_whole_number


@dataclass(frozen=True, kw_only=True)
class Request:
    """All that a run is a function of; it lives in the browser, so any server can answer for it."""

    model: str
    text: str
    sentence: int = 0  # which of the text's is open
    settings: Settings
    chosen: int = 0
    prefix: tuple[int, ...] = ()

    @classmethod
    def of(cls, run: Run) -> Request:
        """The request that leads to this run again."""
        return cls(
            model=run.model,
            text=run.passage,
            sentence=run.sentence,
            settings=run.settings,
            chosen=run.chosen,
            prefix=tuple(run.prefix),
        )

    def on(self, run: Run) -> Request:
        """The request for what became of the open sentence: another hypothesis, or another beginning."""
        return replace(self, settings=run.settings, chosen=run.chosen, prefix=tuple(run.prefix))

    @classmethod
    def from_browser(cls, value: Any) -> Request:
        """The request in a value that came from the browser.

        Raises:
            ValueError: the value has not the form that `to_browser` gives, or a setting is out of range.
        """
        refusal = "page: expected a sentence and its settings; found something else: translate again"
        try:
            model, text = value["model"], value["text"]
            sentence, chosen, prefix = value["sentence"], value["chosen"], value["prefix"]
            settings = {field.name: value[field.name] for field in fields(Settings)}
            texts, numbers = (model, text), (sentence, chosen, *prefix)
            well_formed = all(isinstance(each, str) for each in texts) and all(map(is_whole_number, numbers))
        except (KeyError, TypeError) as error:
            raise ValueError(refusal) from error
        if not well_formed:
            raise ValueError(refusal)
        return cls(
            model=model,
            text=text,
            sentence=sentence,
            settings=Settings(**settings),
            chosen=chosen,
            prefix=tuple(prefix),
        )

    def to_browser(self) -> dict[str, Any]:
        """Plain data for the page."""
        settings = asdict(self.settings)
        return {
            "model": self.model,
            "text": self.text,
            "sentence": self.sentence,
            **settings,
            "chosen": self.chosen,
            "prefix": list(self.prefix),
        }

    def run(self, runner: Runner) -> Run:
        """The run, from the cache where it is there.

        Raises:
            ValueError: as `Runner.run_sentence`.
        """
        return runner.run_sentence(self.text, self.sentence, self.settings, self.chosen, self.prefix)
