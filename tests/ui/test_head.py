"""What search engines and previews read: title, description and picture, once and before all else, of this page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from io import BytesIO

import gradio as gr
import httpx
import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import HTMLResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from ui.head import DESCRIPTION, PREVIEW_SIZE, Head, with_tags
from ui.introduction import TITLE
from ui.launch import launch


class HeadTags(HTMLParser):
    """The tags of a head, in their order, with the name and the content of those that say something."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.said: list[tuple[str, str]] = []
        self.feed(page.partition("</head>")[0])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        fields = dict(attrs)
        name = fields.get("property") or fields.get("name")
        if tag == "meta" and name and name != "viewport":
            self.said.append((name, fields["content"] or ""))


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with gr.Blocks(title=TITLE) as demo:
        gr.Textbox()
    _, url, _ = launch(demo, prevent_thread_lock=True, quiet=True, server_name="127.0.0.1")
    yield url
    demo.close()


def test_the_head_says_each_thing_once_and_first(url):
    head = HeadTags(httpx.get(url).text)
    said = dict(head.said)
    assert {name: n for name, n in Counter(name for name, _ in head.said).items() if n > 1} == {}
    assert said["og:title"] == TITLE and said["description"] == said["og:description"] == DESCRIPTION
    assert said["og:url"] == url and said["og:image"] == f"{url}preview.png"
    assert said["twitter:card"] == "summary_large_image" and "twitter:creator" not in said
    assert head.tags.count("title") == 1 and head.tags.index("title") < head.tags.index("script")


def test_the_preview_is_a_picture_of_the_size_that_is_promised(url):
    answer = httpx.get(f"{url}preview.png")
    picture = Image.open(BytesIO(answer.content))
    assert (answer.headers["content-type"], picture.format, picture.size) == ("image/png", "PNG", PREVIEW_SIZE)
    assert len(answer.content) < 200_000


def test_the_icon_is_the_pages_own(url):
    answer = httpx.get(f"{url}favicon.ico")
    assert answer.headers["content-type"] == "image/svg+xml" and "#4338ca" in answer.text
    assert httpx.get(f"{url}manifest.json").json()["icons"][0]["src"].endswith("pwa_icon")


PAGE = (
    '<head><meta charset="utf-8" /><meta property="og:title" content="Gradio" /><script>1</script></head><p>Größe</p>'
)


def served(own_host: str | None = None) -> TestClient:
    routes = [Route("/", lambda _: HTMLResponse(PAGE)), Route("/other", lambda _: HTMLResponse(PAGE))]
    app = Starlette(routes=routes, middleware=[Middleware(Head, own_host=own_host)])
    return TestClient(app, base_url="http://page.example:7860")


def test_a_space_is_where_the_space_is_reached():
    page = served("org-name.hf.space").get("/")
    assert dict(HeadTags(page.text).said)["og:image"] == "https://org-name.hf.space/preview.png"
    assert page.text.endswith("<script>1</script></head><p>Größe</p>")
    assert int(page.headers["content-length"]) == len(page.content)


def test_no_other_page_is_touched():
    assert served().get("/other").text == PAGE


def test_a_host_with_signs_of_html_stays_a_text():
    page = with_tags(PAGE.encode(), 'http://"><script>alert(1)</script>/').decode()
    assert "alert(1)" in page and "<script>alert" not in page
