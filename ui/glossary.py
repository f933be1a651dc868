"""What the page's terms mean, each in a sentence or two.

A `<dfn tabindex="0">` anywhere on the page, in a widget or in Markdown, shows the meaning of the term that it holds, or
of the one that its `data-term` names where the sentence wants another form.
"""

TERMS = {
    # the text
    "token": "A word or a piece of one: what the model reads and writes.",
    "special token": "A token that is not text. In the bundled model <s> begins a translation, </s> ends a text, and "
    ">>de<< asks for German.",
    "vector": "A list of numbers. What the model knows of a token is one such list.",
    "embedding": "The learned vector with which a token enters the model.",
    "positional encoding": "A vector that tells where a token stands. It is added to the token's embedding.",
    # the model
    "encoder": "The part of the model that reads your sentence and makes a vector for each of its tokens.",
    "decoder": "The part of the model that writes, one token after another.",
    "layer": "One round of the model's work: attention, then a feed-forward network. The next one goes on from there.",
    "residual stream": "The vector of each position on its way through all layers. Each part adds its result to it.",
    "feed-forward": "The part of a layer that works on each position by itself, after attention has mixed them.",
    "LayerNorm": "It gives every vector the same mean and spread, then scales and shifts it by learned numbers.",
    "parameters": "The numbers that training has set. They are the same for every sentence.",
    # attention
    "attention": "How a position gathers from others: it weighs them, and takes in what they hold by these weights.",
    "head": "One of several attentions that work side by side in a layer, each with weights of its own.",
    "self-attention": "Attention among the tokens of one text.",
    "cross-attention": "Attention of the text that is being written to the sentence that is translated.",
    "mask": "What hides positions from attention. While the model writes, no token may look at those after it.",
    "query": "A vector that says what a position looks for. It is compared with every key.",
    "key": "A vector that says what a position can be found by.",
    "value": "A vector that a position hands to those that look at it.",
    # the output
    "logit": "The model's score for a token. Softmax makes probabilities of all the logits.",
    "softmax": "A formula that turns scores into shares that sum to 1. The higher a score, the larger its share.",
    "probability": "How likely the model finds a token, from 0 to 1. Over the whole vocabulary they sum to 1.",
    "entropy": "How evenly shares are spread: 0 where one takes all, more the more share alike.",
    "bits": "A unit of entropy: 1 bit is the doubt between two equally likely things, 2 bits that between four.",
    "nats": "A unit for the logarithms of probabilities: 0.69 nats less is half as likely.",
    "temperature": "Below 1, sampling keeps closer to the likeliest tokens; above 1, it dares more.",
    # the search
    "hypothesis": "A whole translation that the search found.",
    "beam search": "A search that goes on from several beginnings at each step. How many is the beam size.",
    "greedy search": "A search that takes the likeliest token at each step and never looks back.",
    "length penalty": "What a score is divided by, so that longer translations stand a chance against shorter ones.",
    # the training
    "gradient": "How much a result changes with each number behind it. Training follows it.",
    "loss": "What training makes small: how little the model expected the right next token.",
    "BLEU": "A score for translations, from 0 to 100: how many runs of words they share with a person's.",
    "calibration": "Whether the model is right as often as it is sure.",
}
