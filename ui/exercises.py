"""The exercises: what each asks, where its answer can be seen, and what every choice is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from explain import exercises
from explain.checks import whole_number
from explain.run import Run
from explain.tokens import Token, bare, label
from ui.answers import Ask, question_to_the_model
from ui.components import widget

MAX_NUMBER = 99  # of an exercise that an address may ask for
NONE = (
    "Your sentence does not answer this clearly: it is too short, or two answers come too close. Try another sentence."
)


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One answer, and what who chooses it is told."""

    text: str
    reply: str
    right: bool


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A question about a run, and the states of the address in which its answer can be seen."""

    words: str
    choices: tuple[Choice, ...] = ()
    states: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Asking:
    """An exercise: the tab and the picture where its answer is, and what it asks of a run, if that run answers it."""

    title: str
    tab: str
    lit: str
    ask: Callable[[Run], Asked | None]
    of_source: bool = False  # a language model has none


def exercise_card(ask: Ask) -> None:
    """Draws the button that opens the exercises, and the card on which they stand."""
    widget("exercises", ask=ask, elem_id="exercises")


# ---- what each asks ----


def _helper(run: Run) -> Asked | None:
    if (found := exercises.helper(run)) is None:
        return None
    written, first = map(bare, found.names)
    return Asked(
        words=f"“{written}” comes mostly from “{first}”. Which other word of yours added most to its score?",
        choices=_choices(
            found,
            lambda i: bare(found.choices[i]),
            right=lambda i: (
                f"it added {_number(found.values[i])} to the score of “{written}”, the most after “{first}”."
            ),
            wrong=lambda i: f"it {_added(found.values[i])} the score of “{written}”.",
        ),
    )


def _dropped(run: Run) -> Asked | None:
    if (found := exercises.dropped(run)) is None:
        return None
    beam_size, alpha, step = run.settings.beam_size, run.settings.alpha, found.position + 1
    return Asked(
        words=f"At each step the search keeps the {beam_size} best beginnings. "
        f"Which of these did it drop at step {step}?",
        choices=_choices(
            found,
            lambda i: found.choices[i],
            right=lambda i: f"with a score of {_number(found.values[i])} it was not among the best {beam_size}.",
            wrong=lambda i: f"it stayed, with a score of {_number(found.values[i])}.",
        ),
        states={"tree": f"{beam_size}-{alpha:g}-{step}"},
    )


def _least_sure(run: Run) -> Asked | None:
    if (found := exercises.least_sure(run)) is None:
        return None
    return Asked(
        words="The model gives each token a probability before it writes it. Of which of these was it least sure?",
        choices=_choices(
            found,
            lambda i: _name(found.choices[i]),
            right=lambda i: f"it had only {_percent(found.values[i])}, less than any other word or piece here.",
            wrong=lambda i: f"it had {_percent(found.values[i])}.",
        ),
        states={"step": str(found.position + 1)},
    )


def _runner_up(run: Run) -> Asked | None:
    if (found := exercises.runner_up(run)) is None:
        return None
    step, word = found.position + 1, label(found.names[0])
    return Asked(
        words=f"At step {step} the model wrote “{word}”. Which other token had the best chance there?",
        choices=_choices(
            found,
            lambda i: _name(found.choices[i]),
            right=lambda i: f"it had {_percent(found.values[i])}, more than any other beside “{word}”.",
            wrong=lambda i: f"it had {_percent(found.values[i])}.",
        ),
        states={"step": str(step)},
    )


def _hardest_look(run: Run) -> Asked | None:
    if (found := exercises.hardest_look(run)) is None:
        return None
    written, source = map(bare, found.names)
    return Asked(
        words=f"“{written}” came mostly from “{source}”. Which of these heads of the cross-attention looked hardest at "
        f"“{source}” when “{written}” was written?",
        choices=_of_heads(found, f"put {{}} of its weight on “{source}”", "more than any other head", _percent),
        states={"kind": "cross", "heads": _address(found.choices[found.right])},
    )


def _walker(run: Run) -> Asked | None:
    if (found := exercises.walker(run)) is None:
        return None
    return Asked(
        words="While the translation is written, some heads of the cross-attention walk along your sentence, "
        "from its beginning to its end. Which of these gets furthest, all rows taken together?",
        choices=_of_heads(found, "walks over {} of your sentence", "further than any other head", _way),
        states={"kind": "cross", "heads": _address(found.choices[found.right])},
    )


def _resting_place(run: Run) -> Asked | None:
    if (found := exercises.resting_place(run)) is None:
        return None
    side = run.reading_side
    return Asked(
        words=f"Take all heads of the {side} together, in all layers. Which of these tokens do they look at most?",
        choices=_choices(
            found,
            lambda i: _name(found.choices[i]),
            right=lambda i: f"it got {_percent(found.values[i])} of all attention, more than any other token.",
            wrong=lambda i: f"it got {_percent(found.values[i])} of all attention.",
        ),
        states={"kind": side, "heads": "all"},
    )


def _hidden(run: Run) -> Asked | None:
    if (found := exercises.hidden(run)) is None:
        return None
    name, n, right = label(found.names[0]), len(run.target_in), found.choices[found.right]
    return Asked(
        words=f"Here the decoder is given {n} tokens at once; the third is “{name}”. "
        f"How many of the {n} does the mask hide from it?",
        choices=_choices(
            found,
            lambda i: str(found.choices[i]),
            right=lambda i: f"it may see itself and the two before it; the {right} behind it are hidden.",
            wrong=lambda i: "a token may see itself and all before it. Count the others.",
        ),
        states={"cell": f"decoder.1.1.{found.position + 1}.{found.position + 2}"},
    )


def _settles(run: Run) -> Asked | None:
    if (found := exercises.settles(run)) is None:
        return None
    word, step = label(found.names[0]), found.position + 1

    def guess(i: int) -> str:
        return f"“{_name(found.choices[i])}” ({_percent(found.values[i])})"

    def wrong(i: int) -> str:
        if i > found.right:
            return "it had come to that earlier."
        turns = ", but it did not stay so" if found.choices[i].text == found.names[0] else ""
        return f"there its best guess was {guess(i)}{turns}."

    return Asked(
        words=f"If the decoder had to speak after one of its layers, from where on would its best guess at step {step} "
        f"be “{word}”, and stay so?",
        choices=_choices(
            found,
            lambda i: f"After layer {i}" if i else "Before the first layer",
            right=lambda i: f"from there on its best guess is {guess(i)}.",
            wrong=wrong,
        ),
    )


def _without_positions(run: Run) -> Asked | None:
    if (found := exercises.without_positions(run)) is None:
        return None
    text, act = run.own.translation.text, "translate your sentence" if run.translates else "go on with your text"
    same = "the same as with them" if found.choices[found.right] == text else "and not what it writes with them"
    return Asked(
        words=f"Positions tell the model which word comes first. How does it {act} with positions switched off?",
        choices=_choices(
            found,
            lambda i: found.choices[i] or "(nothing)",
            right=lambda i: f"this is what it writes then, {same}.",
            wrong=lambda i: (
                "this is what it writes with them." if found.choices[i] == text else "it writes something else."
            ),
        ),
        states={"switch": f"positions.{run.kinds[-1]}.{run.config.n_decoder_layers}.1.1"},
    )


MAPS = ".figure:has(> .attention-grid)"
EXERCISES = (
    Asking(title="Which word helped?", tab="translate", lit="#word-sources", ask=_helper, of_source=True),
    Asking(title="What did the search drop?", tab="translate", lit="#beam-tree", ask=_dropped),
    Asking(title="Where was it least sure?", tab="next_token", lit="#next-token-steps", ask=_least_sure),
    Asking(title="What else could have come?", tab="next_token", lit="#next-token-bars", ask=_runner_up),
    Asking(title="Who looked hardest?", tab="attention", lit=MAPS, ask=_hardest_look, of_source=True),
    Asking(title="Which head walks furthest?", tab="attention", lit=MAPS, ask=_walker, of_source=True),
    Asking(title="Where does all the looking go?", tab="attention", lit=MAPS, ask=_resting_place),
    Asking(title="What does the mask hide?", tab="inside", lit="#inside-cell", ask=_hidden),
    Asking(title="When does it know?", tab="layers", lit="#layer-words", ask=_settles),
    Asking(title="What if order were gone?", tab="what-if", lit="#inside-switches", ask=_without_positions),
)


@question_to_the_model
def exercise(run: Run, number: int) -> dict[str, Any]:
    """The exercise of this number, from 1, or the nearest that the model has; without choices if its run has none.

    Raises:
        ValueError: no such number.
    """
    offered = [each for each in EXERCISES if run.translates or not each.of_source]
    number = min(whole_number("exercise", number, 1, MAX_NUMBER), len(offered))
    asking = offered[number - 1]
    asked = asking.ask(run) or Asked(words=NONE)
    return {
        "number": number,
        "n": len(offered),
        **{name: getattr(asking, name) for name in ("title", "tab", "lit")},
        **asdict(asked),
    }


# ---- words that they share ----


def _choices(
    found: exercises.Exercise[Any],
    text: Callable[[int], str],
    *,
    right: Callable[[int], str],
    wrong: Callable[[int], str],
) -> tuple[Choice, ...]:
    return tuple(
        Choice(
            text=text(i), reply=f"Yes: {right(i)}" if i == found.right else f"No: {wrong(i)}", right=i == found.right
        )
        for i in range(len(found.choices))
    )


def _of_heads(
    found: exercises.Exercise[exercises.Head], told: str, most: str, figure: Callable[[float], str]
) -> tuple[Choice, ...]:
    def name(i: int) -> str:
        return f"L{found.choices[i].layer + 1} H{found.choices[i].head + 1}"

    def figured(i: int) -> str:
        return f"{name(i)} {told.format(figure(found.values[i]))}"

    return _choices(found, name, right=lambda i: f"{figured(i)}, {most}.", wrong=lambda i: f"{figured(i)}.")


def _address(head: exercises.Head) -> str:
    return f"L{head.layer + 1}H{head.head + 1}"


def _name(token: Token) -> str:
    return token.text if token.special else label(token.text)


def _added(share: float) -> str:
    if abs(share) < 0.0005:
        return "hardly moved"
    return f"added {_number(share)} to" if share > 0 else f"took {_number(-share)} off"


def _percent(share: float) -> str:
    if share < 0.0005:
        return "less than 0.1%"
    return f"{100 * share:.3g}%" if share < 0.9995 else "almost 100%"


def _way(share: float) -> str:
    return f"{round(100 * share)}%" if share >= 0.005 else "none"


def _number(value: float) -> str:
    return f"{value:.3g}".replace("-", "−")
