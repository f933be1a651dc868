import torch

from explain.experiments import several_heads


def test_one_wide_head_confuses_what_two_or_four_narrow_ones_keep_apart(seed, finish):
    one, two, four = (values[-1] for values in finish(several_heads, seed).accuracy.values())
    assert one < 0.3
    assert two > 0.95 and four > 0.95


def test_all_models_have_as_many_parameters(finish):
    result = finish(several_heads, 0, steps=0, heads=(1, 2, 4, 8))
    assert len(result.parameters) == 4 and len(set(result.parameters.values())) == 1


def test_the_questions_are_asked_where_both_answers_exist():
    model = several_heads.TwoQuestions(2)
    tokens = torch.randint(several_heads.WORDS, (5, several_heads.LENGTH))
    answered = several_heads.LENGTH - several_heads.FAR
    assert model(tokens).shape == (5, answered, 2, several_heads.WORDS)
