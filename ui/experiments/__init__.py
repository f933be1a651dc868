"""What the tab "Why attention" says and draws of each experiment: `NAME.py` beside `explain/experiments/NAME.py`.

Each file has one `SHOWN`; the tab finds it by the experiment's name.
"""
