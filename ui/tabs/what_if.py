"""The What if tab: one word is another, or a part of the model is switched off."""

from __future__ import annotations

from typing import Any

import gradio as gr

from explain.pack import exact
from explain.patching import check_model, patch
from explain.plain import plain
from explain.probes import GENDERS, PEOPLE, PROBES, probe
from explain.run import Run
from explain.runner import Runner
from explain.switches import Switch, compare
from ui.answers import Ask, question_to_the_model
from ui.components import widget
from ui.probes import people, verdict
from ui.tabs.places import head_on, layer_counts, within
from ui.two_sentences import fits, opening_pair, ready_pairs, told


def what_if_tab(ask: Ask) -> gr.Tab:
    """Draws the tab."""
    with gr.Tab("What if", id="what-if") as tab:
        widget("two_sentences", ask=ask, elem_id="two-sentences")
        widget("inside_switches", ask=ask, elem_id="inside-switches")
        widget("probes", ask=ask, elem_id="probes")
    return tab


@question_to_the_model
def two_sentences(runner: Runner, run: Run, first: str | None = None, second: str | None = None) -> dict[str, Any]:
    """Which word decided between the translations of two sentences, searched as the page's run was.

    Without the two a pair to begin with, or only the page's sentence where none fits.

    Raises:
        ValueError: a text is refused, or as `explain.patching.patch`.
    """
    check_model(run)
    pairs = ready_pairs(runner, run)
    answer = {"pairs": pairs, "own": run.text, "texts": {"first": run.text, "second": ""}}
    if first is second is None:
        if (opening := opening_pair(runner, run, pairs)) is None:
            return answer
        first, second = opening
    first, second = first or "", second or ""  # one left out is refused as one left empty
    found = patch(*(runner.run(text, run.settings) for text in (first, second)))
    return {
        **answer,
        "texts": {"first": first, "second": second},
        **told(found),
        **{name: plain(getattr(found, name)) for name in ("token", "other_token", "recovery", "kept")},
        "sources": [plain(each.source) for each in (found.first, found.second)],
    }


@question_to_the_model
def switched(
    run: Run,
    name: str,
    kind: str | None = None,
    layer: int | None = None,
    head: int | None = None,
    position: int | None = None,
) -> dict[str, Any]:
    """What the widget draws of a switched model beside the whole one; a place as `head_on` finds it on this run.

    Raises:
        ValueError: as `explain.switches.compare`.
    """
    kind, layer, head = head_on(run, kind, layer, head)
    switch = Switch(name=name, kind=kind, layer=layer, head=head)
    found = compare(run, switch, within("position", position, len(run.target_out), 0))
    maps = {name: exact(getattr(found, name)) for name in ("whole_map", "switched_map")}
    return {
        "layers": layer_counts(run),
        "n_heads": run.config.n_heads,
        "reads": [token.text for token in run.target_in],
        **{name: plain(value) for name, value in vars(found).items() if name not in maps},
        **maps,
    }


@question_to_the_model
def probes(runner: Runner, run: Run) -> dict[str, Any]:
    """What this model makes of sentences with a word of two senses, in the direction of the page's run.

    Raises:
        ValueError: the model does not translate, or as `explain.probes.probe`.
    """
    if not runner.translates:
        raise ValueError(f"probes: expected a model that translates; found {run.model}, which continues a text")
    direction = run.settings.direction
    cards = []
    for asked in PROBES.get(direction, ()):
        if not runner.knows(asked.text, direction):
            continue
        found = probe(runner, direction, asked.text, asked.senses)
        pair = (asked.text, asked.other)
        senses = [sense.name for sense in asked.senses]
        told = {"senses": senses, "verdict": verdict(asked, found), "pair": pair if fits(runner, run, pair) else None}
        cards.append({"word": asked.word, **plain(found), **plain(told)})
    cells = {}
    if direction == "en-de" and all(runner.knows(text, direction) for row in PEOPLE.values() for text in row):
        cells = {work: [probe(runner, direction, text, GENDERS) for text in row] for work, row in PEOPLE.items()}
    return {"cards": cards, "people": plain(cells), "about_people": people(cells) if cells else ""}
