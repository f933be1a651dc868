"""What the page draws and says of a search as a tree, and what a beginning in it leads to."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from explain.beam_tree import BeamTree, beam_tree
from explain.plain import plain
from explain.run import Run, Settings
from explain.runner import Runner
from explain.tokens import label
from ui.answers import question_to_the_model
from ui.events import Fields
from ui.request import Request


@question_to_the_model
def search_tree(
    run: Run, beam_size: int | None = None, alpha: float | None = None, goes_on: bool | None = None
) -> dict[str, Any]:
    """The search of a run as a tree, or that of another beam size or length penalty.

    `goes_on`: past the first full beam of ended translations; by default as the model does.

    Raises:
        ValueError: a setting is out of range, or as `explain.beam_tree.beam_tree`.
    """
    beam_size = run.settings.beam_size if beam_size is None else beam_size
    alpha = run.settings.alpha if alpha is None else alpha
    goes_on = not run.text_model.beam.early_stopping if goes_on is None else goes_on
    settings = replace(run.settings, beam_size=beam_size, alpha=alpha, n_best=min(run.settings.n_best, beam_size))
    early = beam_tree(run, True, settings)
    # where the beam was never full, the search has nothing to go on with
    late = beam_tree(run, False, settings) if len(early.ended) >= beam_size else early
    tree = late if goes_on else early
    columns = ("parent", "step", "log_prob", "total", "score", "state")
    return {
        "request": Request.of(run).to_browser(),
        "beam_size": beam_size,
        "alpha": alpha,
        "goes_on": goes_on,
        "n_before": run.n_text + len(run.prefix),
        "prefix": list(run.prefix),
        "start": _text(run, tree, None),
        "nodes": {name: [getattr(node, name) for node in tree.nodes] for name in columns},
        "tokens": [plain(node.token) for node in tree.nodes],
        "penalties": list(tree.penalties),
        "n_common": tree.n_common,
        "best": [
            {"node": number, "score": tree.nodes[number].score, "text": _text(run, tree, number)}
            for number in tree.best
        ],
        "words": [
            ending(run, settings, early),
            going_on(run, early, late, goes_on),
            beside_greedy(run, settings, tree),
        ],
    }


def begun(runner: Runner, run: Run, fields: Fields) -> Run:
    """The run whose translation begins as a node of the tree does.

    Raises:
        ValueError: no list of token ids, or as `Runner.run`.
    """
    prefix = fields["prefix"]
    if not isinstance(prefix, list):
        raise ValueError("beginning: expected the tokens of a node; found something else: reload the page")
    return runner.run(run.text, run.settings, prefix=prefix)


# ---- words, each from this search's own numbers ----


def ending(run: Run, settings: Settings, early: BeamTree) -> str:
    """Why the search ends where it does, unless it is told to go on."""
    n_steps, name = len(early.penalties), _name(run)
    n_ended = sum(early.nodes[number].token.id == run.tokenizer.eos_id for number in early.ended)  # the others were cut
    after = f"After {_counted(n_steps, 'step')}"
    if n_ended >= settings.beam_size:
        return (
            f"{after}, {_counted(n_ended, name)} had ended, and the beam holds {settings.beam_size}: with that the "
            "search ends, whatever is still alive."
        )
    if run.n_text + len(run.prefix) + n_steps >= run.limit:
        return f"{after} there was no room for more: what was still alive was cut there."
    return f"{after} nothing still alive could get into the best {settings.n_best}: with that the search ends."


def going_on(run: Run, early: BeamTree, late: BeamTree, goes_on: bool) -> str:
    """Whether the list gains by a search that goes on past that."""
    if not (n_more := len(late.penalties) - len(early.penalties)):
        return "Told to keep searching, it ends there too: nothing still alive scored better than what is in the list."
    took = f"{'It went on for' if goes_on else 'If it kept searching, it would take'} {_counted(n_more, 'more step')}"
    ranks = zip(_found(run, early), _found(run, late), strict=True)
    better = [(rank, lost, found) for rank, (lost, found) in enumerate(ranks, start=1) if lost != found]
    if not better:
        return f"{took}, and the list {'stayed' if goes_on else 'would stay'} the same."
    rank, lost, found = better[0]
    return f"{took}, and rank {rank} {'is' if goes_on else 'would be'} {found} instead of {lost}."


def beside_greedy(run: Run, settings: Settings, tree: BeamTree) -> str:
    """Whether the likeliest token at each step leads to the same."""
    greedy = beam_tree(run, True, replace(settings, beam_size=1, n_best=1))
    name = "Greedy search, which takes the likeliest token at each step,"
    ours, theirs = tree.ids(tree.best[0]), greedy.ids(greedy.best[0])
    if ours == theirs:
        return f"{name} finds the same best {_name(run)}."
    step = next(i for i, (one, other) in enumerate(zip(ours, theirs, strict=False)) if one != other)
    mine, other = (found.nodes[found.path(found.best[0])[step]].token.text for found in (tree, greedy))
    score, best_score = (found.nodes[found.best[0]].score for found in (greedy, tree))
    verdict = "more, and the beam has lost it" if score > best_score else "no better"
    return (
        f"{name} departs from the best {_name(run)} at step {run.n_text + len(run.prefix) + step + 1}: it takes "
        f"“{label(other)}”, not “{label(mine)}”, and ends with {_found(run, greedy)[0]}, which scores {verdict}."
    )


def _text(run: Run, tree: BeamTree, number: int | None) -> str:
    """What the tokens up to a node spell, behind the text or beginning that was given."""
    return run.tokenizer.decode((*run.prompt.start, *run.prefix, *tree.ids(number)))


def _found(run: Run, tree: BeamTree) -> list[str]:
    """What the search found, each with its score, best first."""
    return [f"“{_text(run, tree, number)}” ({_number(tree.nodes[number].score)})" for number in tree.best]


def _name(run: Run) -> str:
    return "translation" if run.translates else "continuation"


def _counted(n: int, name: str) -> str:
    return f"{n} {name}{'' if n == 1 else 's'}"


def _number(value: float) -> str:
    return f"{value:.3g}".replace("-", "−")
