"""Figure 1 stage by stage: one file for each group of stages, and in it one record for each stage.

A stage is its name, the lines of `model/` that compute it, and its values in a run; its words and its formula stand in
`ui.stages`. A new stage is a class in the file of its group, a place in `walk`, and its words.
"""
