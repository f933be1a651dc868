"""What each stage of `explain.stages` is called on the page, why it is there, and its formula.

Between dollar signs stands LaTeX; `ui.formulas` typesets it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from model.config import TransformerConfig


@dataclass(frozen=True, kw_only=True)
class Words:
    """`name` is short and without formulas, for a button; `formula` is LaTeX as a whole."""

    name: str
    title: str
    why: str
    formula: str


_LAYER_NORM = r"\text{LayerNorm}(x) = \gamma \cdot \frac{x - \mu}{\sigma} + \beta"
_ATTENTION = r"\text{softmax}\left(\frac{QK^T}{\sqrt{d_k}}\right)V"
_CONCAT = r"\text{Concat}(\text{head}_1, \dots, \text{head}_h)"
_HIDDEN = r"f(xW_1 + b_1)"
_GREEDY = r"\text{greedy: } w = \underset{w}{\operatorname{argmax}} \, P(w \mid \text{%s})"

STAGES = {
    "token": Words(
        name="Token",
        title="Token: each piece of text picks a row",
        why="A network computes with numbers: each token of the vocabulary owns one learned vector, a row of the "
        "matrix $E$.",
        formula=r"x = E_{\text{id}}",
    ),
    "embedding": Words(
        name="Scaled",
        title=r"Embedding × $\sqrt{d_{\text{model}}}$",
        why="The paper multiplies each embedding by this factor and gives no reason (§3.4). It makes the embedding's "
        "numbers larger before the position is added.",
        formula=r"x = E_{\text{id}} \cdot \sqrt{d_{\text{model}}}",
    ),
    "position": Words(
        name="+ Position",
        title="Position is added",
        why="Attention by itself sees a set of tokens without order; the vector added here tells it which token "
        "stands where (§3.5).",
        formula=r"x \leftarrow x + \text{PE}_{\text{pos}} \quad \text{PE}_{\text{pos},2i} = "
        r"\sin\left(\frac{\text{pos}}{10000^{2i/d_{\text{model}}}}\right), \quad \text{PE}_{\text{pos},2i+1} = "
        r"\cos\left(\frac{\text{pos}}{10000^{2i/d_{\text{model}}}}\right)",
    ),
    "norm": Words(
        name="Norm",
        title="LayerNorm",
        why=r"Each position's vector loses its own mean $\mu$ and is divided by its own standard deviation $\sigma$; "
        r"then come a learned scale $\gamma$ and shift $\beta$. Every sub-layer has one (§3.1), so that each reads "
        "numbers of much the same size.",
        formula=_LAYER_NORM,
    ),
    "qkv": Words(
        name="Q, K, V",
        title="Queries, keys and values",
        why="Each position asks (query), offers what it can be found by (key), and carries what it will pass on "
        "(value) (§3.2.2).",
        formula="Q = XW^Q, \\quad K = XW^K, \\quad V = XW^V",
    ),
    "scores": Words(
        name="Scores",
        title="Scores: every query against every key",
        why=r"A dot product says how well a key answers a query. Dividing by $\sqrt{d_k}$, where $d_k$ is the length "
        "of a key, keeps the scores small, because a softmax of large scores has almost no gradient (§3.2.1).",
        formula=r"S = \frac{QK^T}{\sqrt{d_k}}",
    ),
    "mask": Words(
        name="Mask",
        title="Mask: what a position may not see",
        why=r"A score of $-\infty$ becomes a weight of exactly 0: the decoder must not read the tokens it is to "
        "predict (§3.2.3).",
        formula=r"S_{ij} = -\infty \quad \text{where position } i \text{ may not see position } j",
    ),
    "softmax": Words(
        name="Softmax",
        title="Softmax: scores become weights",
        why="Each row becomes shares that sum to 1: how much of each value this position takes (§3.2.1).",
        formula=r"A_{ij} = \frac{e^{S_{ij}}}{\sum_l e^{S_{il}}}",
    ),
    "heads": Words(
        name="Weights · V",
        title="Weighted sum of the values",
        why="Here information moves between positions: each row mixes the values in the proportions of its weights.",
        formula=r"\text{head} = \text{Attention}(Q, K, V) = " + _ATTENTION,
    ),
    "concat": Words(
        name="Concat",
        title="The heads side by side",
        why=r"Every head looked with its own projections; side by side their results are $d_{\text{model}}$ wide again "
        "(§3.2.2).",
        formula=_CONCAT,
    ),
    "w_o": Words(
        name="Projection",
        title="Output projection $W^O$",
        why="One matrix mixes what the heads found into one vector for each position (§3.2.2). It will be added to the "
        "residual stream, the sum that runs through all layers.",
        formula=r"\text{MultiHead}(Q, K, V) = " + _CONCAT + "W^O",
    ),
    "add": Words(
        name="Add",
        title="Residual connection",
        why="What the sub-layer computed is added to what was there before it (§3.1), so signal and gradient also have "
        "a direct path around it.",
        formula=r"x + \text{Sublayer}(\cdot)",
    ),
    "hidden": Words(
        name="Hidden",
        title="Feed-forward, first half",
        why=r"Each position by itself is widened to $d_{\text{ff}}$ numbers and passed through a function $f$ that is "
        "not linear (§3.3). Without $f$, the two matrices $W_1$ and $W_2$ could do no more than one.",
        formula=_HIDDEN + r", \quad \text{in the paper } f(z) = \max(0, z)",
    ),
    "feed_forward": Words(
        name="Output",
        title="Feed-forward, second half",
        why=r"The second matrix brings the wide vector back to $d_{\text{model}}$ numbers (§3.3), to be added.",
        formula=r"\text{FFN}(x) = " + _HIDDEN + "W_2 + b_2",
    ),
    "final_norm": Words(
        name="Norm",
        title="LayerNorm at the stack's end",
        why="In a pre-norm stack nothing has normalised the sum of all layers yet; this does, once.",
        formula=_LAYER_NORM,
    ),
    "linear": Words(
        name="Linear",
        title="Linear: a logit for each token of the vocabulary",
        why="The vector of each position is compared with every token's embedding: one score, its logit, for each "
        "candidate (§3.4).",
        formula=r"\text{logits} = xE^T",
    ),
    "probabilities": Words(
        name="Softmax",
        title="Softmax over the vocabulary",
        why="Exponentials of the logits $z$, divided by their sum: a probability for every token of the vocabulary.",
        formula=r"P(w) = \frac{e^{z_w}}{\sum_v e^{z_v}}",
    ),
    "next": Words(
        name="Next token",
        title="The next token",
        why="Greedy decoding would take the most probable token; beam search compares whole sequences (§6.1).",
        formula=_GREEDY % "source and tokens so far",
    ),
}


def words_of(stage: str, config: TransformerConfig) -> Words:
    """A stage's words in a model of this config, which may do what the paper does not."""
    words = STAGES[stage]
    if stage == "embedding" and not config.scale_embeddings:
        why = "This model takes the embedding as it is; the paper scales it (§3.4)."
        return Words(name="Embedding", title="Embedding", why=why, formula=STAGES["token"].formula)
    if stage == "position" and config.positions == "learned":
        return replace(
            words, formula=r"x \leftarrow x + P_{\text{pos}}, \quad \text{a learned vector for each position}"
        )
    if stage == "linear":
        if not config.tie_output:
            why = (
                "The vector of each position is compared with one learned vector for each token: one score, its "
                "logit, for each candidate. In the paper these vectors are the embeddings (§3.4)."
            )
            words = replace(words, why=why, formula=r"\text{logits} = xW^T")
        return replace(words, formula=words.formula + " + b") if config.output_bias else words
    if stage == "next" and not config.n_encoder_layers:
        return replace(words, formula=_GREEDY % "tokens so far")
    return words
