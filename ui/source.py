"""What visitors may read on in: the code that runs here and the model card, and no other file; the paper."""

from __future__ import annotations

from html import escape
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from explain.runner import Runner
from model.storage.checkpoint import read_card
from model.storage.files import CARD
from model.translator import Translator
from ui.introduction import PAPER

ROOT = Path(__file__).parents[1]
FOLDERS = ("benchmarks", "checkpoints", "docs", "explain", "interop", "model", "tests", "training", "ui")
KINDS = {".css", ".html", ".js", ".md", ".py"}


def source_routes() -> list[BaseRoute]:
    """`source`, a list of the files, and each of them below it as plain text."""
    below = (path for folder in FOLDERS for path in (ROOT / folder).rglob("*"))
    found = [path for path in (*ROOT.iterdir(), *below) if path.suffix in KINDS and path.is_file()]
    files = {path.relative_to(ROOT).as_posix(): path for path in sorted(found)}
    items = "\n".join(f'<li><a href="source/{name}">{escape(name)}</a></li>' for name in files)
    index = f"<!doctype html>\n<html lang=en><title>Source</title>\n<h1>Source</h1>\n<ul>\n{items}\n</ul>\n"

    def listed(_: Request) -> Response:
        return HTMLResponse(index)

    def shown(request: Request) -> Response:
        path = files.get(request.path_params["name"])  # so that no address leads anywhere else
        if path is None:
            raise HTTPException(404)
        return FileResponse(path, media_type="text/plain; charset=utf-8")

    return [Route("/source", listed), Route("/source/{name:path}", shown)]


def page_foot(runner: Runner) -> str:
    """Links to the source, the paper and, if it lies here, the card of the model that the page opens with."""
    links = ["[Source](source)", f"[Paper: “Attention Is All You Need”]({PAPER})"]
    folder = Path("checkpoints", runner.name)
    if isinstance(runner.text_model, Translator) and runner.text_model.card == read_card(ROOT / folder):
        links.insert(1, f"[Model card](source/{folder.as_posix()}/{CARD})")
    return " · ".join(links)
