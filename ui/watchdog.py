"""What ends the process: a signal, kindly, or a queue that has stopped, so that whoever runs it starts it again."""

from __future__ import annotations

import logging
import os
import signal
import threading
import time

import gradio as gr

EVERY = 2.0  # seconds
PATIENCE = 4.0  # seconds for the work at hand when the process is to end; Gradio takes up to 5 more to close
_log = logging.getLogger(__name__)


def works(demo: gr.Blocks) -> bool:
    """Whether the page's events are answered: an error in Gradio's own loop stops its queue for good."""
    return not demo._queue.stopped


def keep_watch(demo: gr.Blocks) -> None:
    """From now on SIGTERM ends the process with its work done, and a queue that stops by itself ends it too.

    The one with exit status 0, the other with 1: a Space, like any supervisor, starts a process again that fails.
    """
    signal.signal(signal.SIGTERM, lambda *_: _close(demo))
    threading.Thread(target=_watch, args=(demo,), name="watchdog", daemon=True).start()


def _close(demo: gr.Blocks) -> None:
    deadline = time.monotonic() + PATIENCE
    while any(demo._queue.active_jobs) and time.monotonic() < deadline:
        time.sleep(0.1)
    time.sleep(0.2)  # for the last answer to leave
    raise KeyboardInterrupt  # on which Gradio closes the server


def _watch(demo: gr.Blocks) -> None:
    while works(demo):
        time.sleep(EVERY)
    if demo.server is not None and demo.server.should_exit:
        return  # it is being closed
    _log.critical("The queue has stopped: this process ends, so that it can be started again.")
    logging.shutdown()
    os._exit(1)  # sys.exit would end this thread alone
