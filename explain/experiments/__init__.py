"""The claims about attention, each as a small seeded experiment: one file each, to be read and run by itself.

`run(seed=0, …)` yields `(fraction done, words)` while it works and a `Result` of plain arrays last; `words(result)`
says what was found. `python -m explain.experiments.NAME` runs one and prints its words.
"""
