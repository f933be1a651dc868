"""A stand-in for the Hub where olah cannot be one: it takes pushes, lists LFS files, refuses, stalls, lies and dies.

It speaks the few calls of huggingface_hub that this project makes, on repositories in memory; it is no Hub.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Files = dict[str, bytes]
ERRORS = {"RepoNotFound": 401, "RevisionNotFound": 404, "EntryNotFound": 404, "GatedRepo": 403, "": 403}
LFS_ENDINGS = (".safetensors", ".bin")
TOKEN = "hf_of-the-tests"


class StandIn:
    """The stand-in on a free port of this machine, as a context; `url` is its address.

    `repos[org/name][branch]` are files by name. `refuse` is the error of every call, `claims` sizes that files are said
    to have, `wrong` bytes that are sent in place of a file's, `page` what is sent in place of any answer. With `stall`,
    weights stop in the middle, when `halfway` is set, until `resume` is; with `die`, the server is gone there.
    """

    def __init__(self, repos: dict[str, dict[str, Files]] | None = None) -> None:
        self.repos = repos or {}
        self.refuse: str | None = None
        self.claims: dict[str, int] = {}
        self.wrong: Files = {}
        self.page: bytes | None = None
        self.stall = self.die = self.mute = False
        self.halfway, self.resume = threading.Event(), threading.Event()
        self.uploaded: Files = {}
        self.private: set[str] = set()
        self.asked: list[str] = []  # method and path of each call
        self.tokens: dict[str, str | None] = {}  # by call

    def __enter__(self) -> StandIn:
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"hub": self}))
        self.server.daemon_threads = True
        self.server.block_on_close = False
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        return self

    def __exit__(self, *error: object) -> None:
        self.resume.set()
        self.close()

    def close(self) -> None:
        """The server is gone: no connection is taken any more."""
        self.server.shutdown()
        self.server.server_close()

    def asked_for(self, name: str) -> bool:
        """Whether a file's bytes were asked for."""
        return any(call.startswith("GET ") and call.endswith(f"/{name}") for call in self.asked)


def commit_of(files: Files) -> str:
    """A hash of all names and bytes."""
    return hashlib.sha1(b"".join(name.encode() + b"\0" + data for name, data in sorted(files.items()))).hexdigest()


def git_hash(data: bytes) -> str:
    """git's name of a file."""
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


class _Handler(BaseHTTPRequestHandler):
    hub: StandIn
    protocol_version = "HTTP/1.1"

    def handle_any(self) -> None:
        hub = self.hub
        path = self.path.split("?")[0].replace("%2F", "/")
        hub.asked.append(f"{self.command} {path}")
        hub.tokens[hub.asked[-1]] = self.headers["authorization"]
        body = self.rfile.read(int(self.headers["content-length"] or 0))
        if hub.mute:
            hub.resume.wait()
        if hub.page is not None:
            return self.answer(200, hub.page, {"content-type": "text/html"})
        if hub.refuse is not None:
            return self.error(hub.refuse)
        if self.command in ("POST", "PUT"):
            return self.write(path, body)
        for pattern, answer in ROUTES.items():
            if found := re.fullmatch(pattern, path):
                repo_id, revision, *rest = found.groups()
                if repo_id not in hub.repos:
                    return self.error("RepoNotFound")
                commits = {commit_of(files): files for files in hub.repos[repo_id].values()} | hub.repos[repo_id]
                if revision not in commits:
                    return self.error("RevisionNotFound")
                return answer(self, commits[revision], *rest)
        return self.error("EntryNotFound")

    do_GET = do_HEAD = do_POST = do_PUT = handle_any

    def info(self, files: Files) -> None:
        self.json({"id": "a/model", "sha": commit_of(files), "siblings": [{"rfilename": name} for name in files]})

    def tree(self, files: Files) -> None:
        entries = []
        for name, data in files.items():
            size = self.hub.claims.get(name, len(data))
            entry: dict[str, Any] = {"type": "file", "path": name, "oid": git_hash(data), "size": size}
            if name.endswith(LFS_ENDINGS):
                entry["lfs"] = {"oid": hashlib.sha256(data).hexdigest(), "size": size, "pointerSize": 130}
            entries.append(entry)
        self.json(entries)

    def resolve(self, files: Files, name: str) -> None:
        if name not in files:
            return self.error("EntryNotFound")
        data = self.hub.wrong.get(name, files[name])
        start = int(re.sub(r"\D", "", self.headers["range"] or "0"))
        self.send_response(206 if start else 200)
        self.send_header("x-repo-commit", commit_of(files))
        self.send_header("etag", f'"{git_hash(files[name])}"')
        self.send_header("content-length", str(len(data) - start))
        self.end_headers()
        if self.command == "GET":
            middle = (start + len(data)) // 2 if name.endswith(LFS_ENDINGS) else start
            self.wfile.write(data[start:middle])
            if name.endswith(LFS_ENDINGS) and (self.hub.stall or self.hub.die):
                self.wfile.flush()
                self.hub.halfway.set()
                if self.hub.die:
                    self.close_connection = True
                    return self.hub.close()
                self.hub.resume.wait()
            self.wfile.write(data[middle:])

    def write(self, path: str, body: bytes) -> None:
        """The commit protocol: make the repository, say how each file is to come, take the large ones, commit."""
        hub = self.hub
        if not path.startswith("/lfs/") and self.headers["authorization"] != f"Bearer {TOKEN}":
            return self.error("")
        if path == "/api/repos/create":
            asked = json.loads(body)
            repo_id = f"{asked['organization']}/{asked['name']}"
            hub.repos.setdefault(repo_id, {"main": {}})
            if asked.get("private") or asked.get("visibility") == "private":
                hub.private.add(repo_id)
            return self.json({"url": f"{hub.url}/{repo_id}"})
        if path == "/api/validate-yaml":
            return self.json({"errors": [], "warnings": []})
        if path.startswith("/lfs/"):
            hub.uploaded[path.removeprefix("/lfs/")] = body
            return self.json({})
        if path.endswith(".git/info/lfs/objects/batch"):
            objects = [
                {**entry, "actions": {"upload": {"href": f"{hub.url}/lfs/{entry['oid']}"}}}
                for entry in json.loads(body)["objects"]
            ]
            return self.json({"transfer": "basic", "objects": objects})
        repo_id, action, branch = re.fullmatch(r"/api/models/(.+?/.+?)/(preupload|commit|branch)/(.+)", path).groups()
        if action == "branch":
            hub.repos[repo_id].setdefault(branch, dict(hub.repos[repo_id]["main"]))
            return self.json({})
        if action == "preupload":
            modes = [
                {
                    "path": file["path"],
                    "uploadMode": "lfs" if file["path"].endswith(LFS_ENDINGS) else "regular",
                    "shouldIgnore": False,
                }
                for file in json.loads(body)["files"]
            ]
            return self.json({"files": modes})
        for line in map(json.loads, body.splitlines()):
            if line["key"] == "file":
                hub.repos[repo_id][branch][line["value"]["path"]] = base64.b64decode(line["value"]["content"])
            elif line["key"] == "lfsFile":
                hub.repos[repo_id][branch][line["value"]["path"]] = hub.uploaded[line["value"]["oid"]]
        commit = commit_of(hub.repos[repo_id][branch])
        self.json({"commitUrl": f"{hub.url}/{repo_id}/commit/{commit}", "commitOid": commit})

    def json(self, value: object) -> None:
        self.answer(200, json.dumps(value).encode(), {"content-type": "application/json"})

    def error(self, code: str) -> None:
        self.answer(ERRORS[code], b"{}", {"x-error-code": code} if code else {})

    def answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "content-length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *arguments: object) -> None: ...


ROUTES = {
    r"/api/models/([^/]+/[^/]+)/revision/(.+)": _Handler.info,
    r"/api/models/([^/]+/[^/]+)/tree/([^/]+)": _Handler.tree,
    r"/([^/]+/[^/]+)/resolve/([^/]+)/([^/]+)": _Handler.resolve,
}
