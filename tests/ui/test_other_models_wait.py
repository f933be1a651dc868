"""A visitor's own model holds up nobody who asks about a bundled one."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor

from explain.run import Settings
from explain.runner import Runner
from tests.conftest import tiny_translator
from ui.answers import AT_ONCE, answering
from ui.models import Models
from ui.page import build_page  # noqa: F401  (its tabs register their questions)
from ui.request import Request

SETTINGS = Settings(direction="en-de", beam_size=1, n_best=1)
REQUEST = Request(model="own", text="The small house.", settings=SETTINGS).to_browser()


def test_questions_about_a_visitors_model_hold_up_nobody_else():
    network = tiny_translator(max_positions=251)
    models = Models([Runner(network, "own")], ["org/*"], lambda name, _: Runner(network, name))
    other = models.load("org/slow", lambda *_: None)
    n_asked = 2 * AT_ONCE

    async def crowd():
        ask, questions = answering(models), [{"name": "translation", "fields": {}}]
        of_other = [{**REQUEST, "model": "org/slow", "text": f"A man {i}."} for i in range(n_asked)]
        slow = [asyncio.create_task(ask({"request": each, "questions": questions})) for each in of_other]
        own = await asyncio.wait_for(ask({"request": REQUEST, "questions": questions}), 30)
        assert not any(task.done() for task in slow)
        other.line.leave()
        return own, await asyncio.gather(*slow)

    def in_one_thread():  # which has the other model's line until its own visitor is answered
        other.line.take()
        return asyncio.run(crowd())

    with ThreadPoolExecutor(1) as pool:
        own, slow = pool.submit(in_one_thread).result(60)
    answers = [json.loads(reply.body)["answers"][0] for reply in (own, *slow)]
    assert [answer["request"]["model"] for answer in answers] == ["own"] + n_asked * ["org/slow"]
