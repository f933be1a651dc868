"""The tour: cards over the tabs, each with a picture to look at and one thing to do there."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from ui.components import widget


@dataclass(frozen=True, kw_only=True)
class Card:
    """One card: where it stands, what it says, and what a visitor does to finish it.

    `lit` names the picture; an event of `acts`, each a type and where it happens, finishes the card, after which
    `seen` says what to take from it. `answers` are sentences to choose from in the card itself: what the choice is
    told, and whether it is the fair one.
    """

    tab: str
    lit: str
    title: str
    words: str
    act: str
    acts: tuple[tuple[str, str], ...] = ()
    seen: str
    answers: tuple[tuple[str, str, bool], ...] = ()


def pressed(*selectors: str) -> tuple[tuple[str, str], ...]:
    """The acts of pressing one of these, by mouse, keyboard or touch."""
    return tuple(("click", selector) for selector in selectors)


def walked(selector: str) -> tuple[tuple[str, str], ...]:
    """The acts of going over a figure: a press on a place, or an arrow key."""
    return ("click", selector), ("arrow", selector)


CARDS = (
    Card(
        tab="translate",
        lit="#translation",
        title="Change a word",
        words="The model writes one word after another, each with all words before it in view. "
        "So another word here changes what follows.",
        act="Click a word of the translation, then choose another.",
        acts=pressed("#word-choices .list button"),
        seen="The model kept your word and rewrote the rest.",
    ),
    Card(
        tab="translate",
        lit="#story",
        title="Which word decides?",
        words="Two sentences differ in one word. The decoder finds the difference in a vector that the encoder made.",
        act="Guess the word whose vector decides.",
        acts=pressed("#story .guesses button"),
        seen="One vector was swapped and all else stayed the same, so this is a cause, not a coincidence.",
    ),
    Card(
        tab="translate",
        lit="#word-sources",
        title="Where a word comes from",
        words="Ribbons lead from your words to the words that they spoke for. "
        "They are shares of a score, computed from this run.",
        act="Click a word, above or below, to see only its ribbons.",
        acts=pressed("#word-sources .word"),
        seen="The line below the figure gives the amounts. It is the direct path only.",
    ),
    Card(
        tab="next_token",
        lit="#next-token-steps",
        title="One token at a time",
        words="A token is a word or a piece of one. At each step the model gives every token of its vocabulary a "
        "probability, and one is written.",
        act="Go to another step: click a token of the sequence, or Forward.",
        acts=(
            *walked("#next-token-steps .sequence"),
            *walked("#next-token-steps .strip"),
            *pressed("#next-token-steps .forward", "#next-token-steps .back"),
        ),
        seen="The bars below now show what could have come at that step.",
    ),
    Card(
        tab="next_token",
        lit="#next-token-bars",
        title="Chance is yours to set",
        words="To sample is to draw the next token by its probability. Temperature makes the draw bolder or tamer.",
        act="Move Temperature.",
        acts=(("input", "#next-token-bars .temperature"),),
        seen="Only the bars “when sampling” moved: the model's own probabilities stayed as they were.",
    ),
    Card(
        tab="attention",
        lit=".figure:has(> .attention-grid)",
        title="Where each head looked",
        words="In attention each position gathers from others, and each head has its own way to weigh them. "
        "Every small map is one head.",
        act="Open a head.",
        acts=pressed(".attention-grid .maps button"),
        seen="Its map is large now: a row looks, a column is looked at.",
    ),
    Card(
        tab="attention",
        lit="#attention-scatter",
        title="Looking is not mattering",
        words="Here each head is placed by what the translation loses without it. "
        "A sharp look and a large loss need not go together.",
        act="Choose a head in the figure.",
        acts=walked("#attention-scatter .scatter"),
        seen="The line below gives its name, its sharpness and its effect on this sentence.",
    ),
    Card(
        tab="positions",
        lit="#position-chart",
        title="How it knows the order",
        words="Attention by itself sees a bag of words. So a pattern of waves is added to each token, "
        "another one at each position.",
        act="Select another position: click the table, or move the slider.",
        acts=(*walked("#position-chart .map"), ("input", "#position-chart .position")),
        seen="The row is the pattern of that position. No two rows are alike.",
    ),
    Card(
        tab="inside",
        lit="#inside-stage",
        title="Every step of the computation",
        words="This is the whole model, stage by stage, with the numbers of your sentence. "
        "Nothing happens between input and output that is not here.",
        act="Go to the next stage.",
        acts=pressed("#inside-stage .after", "#inside-stage .rail button", "#inside-diagram button"),
        seen="Its formula, its lines of code and its values belong together.",
    ),
    Card(
        tab="layers",
        lit="#layer-words",
        title="What each layer would say",
        words="The decoder can be asked to speak from any depth of the encoder. It was never trained to, "
        "so this is a glimpse, not a record.",
        act="Choose a word of one of the lines, or a guess below them.",
        acts=(*walked("#layer-words .ladder"), *walked("#layer-words .guesses")),
        seen="Marked words stand as in the translation: from there on the layers agree.",
    ),
    Card(
        tab="what-if",
        lit="#two-sentences",
        title="Your own experiment",
        words="The story of the first screen works with any two sentences that differ in a word. "
        "Sometimes the decision moves to another word, sometimes it stays.",
        act="Take one of the ready pairs, or compare two sentences of yours.",
        acts=(*pressed("#two-sentences .pairs button"), ("submit", "#two-sentences form")),
        seen="Read the line above the grid: it moved, it spread, or it stays.",
    ),
    Card(
        tab="translate",
        lit="#word-sources",
        title="What you should not conclude",
        words="You have seen what one model did with a few sentences. Much that sounds alike does not follow.",
        act="Choose the conclusion that is fair.",
        seen="That is as far as the evidence goes. Thank you for looking so closely.",
        answers=(
            (
                "A bright attention weight is the reason for a word.",
                "No: it says where a head looked. Heads that look sharply may do nothing here.",
                False,
            ),
            (
                "In this model, for the two sentences of the story, one vector decided.",
                "Yes: one vector was changed, and the translation changed.",
                True,
            ),
            (
                "A token with probability 99% is right.",
                "No: the model is sure of some mistakes. A probability is its own, not the truth's.",
                False,
            ),
            (
                "Transformers translate in this way.",
                "No: this is one small model. Another may do the same by other means.",
                False,
            ),
        ),
    ),
)

# Where each tab leads at its end: another tab, and the words of the link.
WHERE_NEXT = {
    "translate": ("attention", "Next: where each head looked while it wrote this (Attention)"),
    "attention": ("next_token", "Next: what else could have come at each step (Next token)"),
    "next_token": ("positions", "Next: how the model knows which word comes first (Positions)"),
    "positions": ("inside", "Next: every stage of the computation, with your numbers (Inside)"),
    "inside": ("layers", "Next: what the model would have said after each layer (Layers)"),
    "layers": ("what-if", "Next: what one word changes, and what one part is worth (What if)"),
    "what-if": ("learning", "Next: how the model became what it is (Learning)"),
    "learning": ("why", "Next: why attention at all, in experiments (Why attention)"),
    "why": ("translate", "Back to the beginning, with a sentence of your own (Translate)"),
}


def where_next(tab: str) -> None:
    """Draws the last line of a tab; to a tab that the open model has not, it leads to the one behind that."""
    to, words = WHERE_NEXT[tab]
    widget("where_next", {"tabs": [to, WHERE_NEXT[to][0]], "words": words})


def tour_of(model: str, has_story: bool) -> dict[str, Any]:
    """What the tour's widget shows: its cards, and the bundled model that they were written for.

    Where the page has no story, its card is left out.
    """
    return {"model": model, "cards": [asdict(card) for card in CARDS if has_story or card.lit != "#story"]}
