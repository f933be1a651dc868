"""A repository that a visitor names: fetched whole, or refused with a reason and nothing left behind."""

import json
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import torch

import interop
from interop.download import download
from tests.hub.conftest import LIMIT, NAME, same_files
from tests.hub.server import visit
from tests.interop.conftest import write_gpt2, write_marian


def left_behind(tmp_path: Path) -> list[Path]:
    """Weights, whole or in part, in the cache."""
    files = (path for path in (tmp_path / "home").rglob("*") if path.is_file() and not path.is_symlink())
    return [path for path in files if path.suffix == ".incomplete" or path.stat().st_size > 50_000]


@pytest.fixture(scope="module")
def foreign(olah, tmp_path_factory) -> dict[str, object]:
    """A MarianMTModel and a GPT2LMHeadModel on the real Hub, and as `transformers` has them."""
    folder, theirs = tmp_path_factory.mktemp("theirs"), {}
    for name, write in (("marian", write_marian), ("gpt2", write_gpt2)):
        theirs[name] = write(folder / name)
        olah.publish(folder / name, f"theirs/{name}")
    return theirs


def test_our_model_comes_from_a_real_hub(hub, checkpoint, translator):
    seen = []
    folder = download(NAME, max_bytes=LIMIT, progress=lambda done, total: seen.append((done, total)))
    assert same_files(folder, checkpoint)
    names = ["README.md", "config.json", "model.safetensors", "tokenizer.json"]
    assert [path.name for path in sorted(folder.iterdir())] == names
    assert interop.load(folder).translate("A house.", "en-de", alpha=0.0) == interop.load(checkpoint).translate(
        "A house.", "en-de", alpha=0.0
    )
    total = sum(path.stat().st_size for path in folder.iterdir())
    assert {expected for _, expected in seen} == {total}
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert seen[-1] == (total, total) and seen[0][0] < total


@torch.no_grad()
def test_models_of_transformers_come_from_a_real_hub(hub, foreign):
    marian = interop.load(download("theirs/marian", "main", max_bytes=LIMIT))
    src, tgt = torch.tensor([[5, 9, 0]]), torch.tensor([[marian.network.config.bos_id, 8]])
    expected = foreign["marian"](input_ids=src, decoder_input_ids=tgt).logits
    assert (marian.network(src, tgt) - expected).abs().max() < 1e-4 * expected.abs().max()
    gpt2 = interop.load(download("theirs/gpt2", max_bytes=LIMIT))
    expected = foreign["gpt2"](input_ids=src).logits
    assert (gpt2.network(src) - expected).abs().max() < 1e-4 * expected.abs().max()


@pytest.mark.parametrize(
    "name",
    [
        "../../etc", "..", "/etc", "checkpoints/en-de/", "./checkpoints", "~/model", "a/b/c", "a b", "",
        "https://huggingface.co/gpt2", "file:///etc/passwd", "a..b", "org/name\n", "o" * 97,
    ],
)  # fmt: skip
def test_what_is_no_hub_id_is_refused(name):
    with pytest.raises(ValueError, match="model: expected a Hub id such as org/name; found"):
        download(name, max_bytes=LIMIT)


@pytest.mark.parametrize("revision", ["../../../x", "-v", "a//../b", "", " main"])
def test_what_is_no_revision_is_refused(revision):
    with pytest.raises(ValueError, match="revision: expected a branch, a tag or a commit; found"):
        download(NAME, revision, max_bytes=LIMIT)


def test_an_id_is_never_a_folder_of_this_machine(hub, monkeypatch):
    monkeypatch.chdir(Path(__file__).parents[2])
    assert Path("checkpoints/en-de").is_dir()
    with pytest.raises(ValueError, match="checkpoints/en-de: expected a repository on the Hub; found none, or a priv"):
        download("checkpoints/en-de", max_bytes=LIMIT)


def test_a_missing_revision_is_named(stand_in):
    with pytest.raises(ValueError, match="lab/tiny: expected a revision of this repository; found no v9"):
        download(NAME, "v9", max_bytes=LIMIT)


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("RepoNotFound", "expected a repository on the Hub; found none, or a private one"),
        ("GatedRepo", "expected a public repository; found a gated one, whose terms must be accepted on the Hub"),
        ("", "expected a public repository; found one that is private or gated"),
    ],
)
def test_a_private_or_gated_repository_is_refused(stand_in, code, message):
    stand_in.refuse = code
    with pytest.raises(ValueError, match=f"lab/tiny: {message}"):
        download(NAME, max_bytes=LIMIT)


def test_no_token_of_ours_is_sent_for_a_visitor(stand_in, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    download(NAME, max_bytes=LIMIT)
    assert set(stand_in.tokens.values()) == {None}


def test_a_repository_of_50_gigabytes_is_refused_before_any_byte(stand_in):
    stand_in.claims["model.safetensors"] = 50 * 10**9
    with pytest.raises(ValueError, match="lab/tiny: expected at most 10 MB; found 50,000 MB: choose a smaller model"):
        download(NAME, max_bytes=LIMIT)
    assert not any("/resolve/" in call for call in stand_in.asked)


def test_a_repository_with_pickled_weights_alone_is_refused_before_any_byte(stand_in):
    files = stand_in.repos[NAME]["main"]
    files["pytorch_model.bin"] = pickle.dumps({"not": "loaded"})
    del files["model.safetensors"]
    with pytest.raises(ValueError, match=r"lab/tiny: expected model.safetensors; .*: pickled weights can run code and"):
        download(NAME, max_bytes=LIMIT)
    assert not any("/resolve/" in call for call in stand_in.asked)


def test_the_config_comes_first_and_the_weights_last(stand_in):
    stand_in.repos[NAME]["main"] |= {"generation_config.json": b"{}", "vocab.json": b"[]"}
    download(NAME, max_bytes=LIMIT)
    fetched = [call.rsplit("/", 1)[1] for call in stand_in.asked if call.startswith("GET ") and "/resolve/" in call]
    assert fetched[0] == "config.json" and fetched[-1] == "model.safetensors" and len(fetched) == 6


def test_a_pickle_or_code_beside_the_weights_stays_there(stand_in):
    stand_in.repos[NAME]["main"] |= {"pytorch_model.bin": b"\x80", "modeling.py": b"import os"}
    assert not list(download(NAME, max_bytes=LIMIT).glob("*modeling*"))
    assert not stand_in.asked_for("pytorch_model.bin") and not stand_in.asked_for("modeling.py")


@pytest.mark.parametrize(
    ("config", "message"),
    [
        (
            b'{"model_type": "bert"}',
            "model_type: expected marian, gpt2, or none for a model of this project; found 'be",
        ),
        (b'{"hidden_size": 8}', "config: unknown field hidden_size"),
        (b"\xff\xfe not JSON", "config.json: expected JSON; found something else"),
        (b"[" * 100_000, "config.json: expected JSON; found something else"),
        (b"[1]", "config.json: expected an object of fields; found list"),
    ],
)
def test_another_architecture_is_refused_before_any_weight(stand_in, config, message):
    stand_in.repos[NAME]["main"]["config.json"] = config
    with pytest.raises(ValueError, match=message):
        download(NAME, max_bytes=LIMIT)
    assert stand_in.asked_for("config.json") and not stand_in.asked_for("model.safetensors")


def test_weights_that_do_not_fit_the_config_are_refused_when_loaded(stand_in):
    files = stand_in.repos[NAME]["main"]
    files["config.json"] = json.dumps(json.loads(files["config.json"]) | {"d_ff": 31}).encode()
    with pytest.raises(
        ValueError, match=r"linear_1.weight: expected shape \(31, 22\) by config.json; found \(29, 22\)"
    ):
        interop.load(download(NAME, max_bytes=LIMIT))


def test_a_repository_without_a_tokenizer_is_named_when_loaded(stand_in):
    del stand_in.repos[NAME]["main"]["tokenizer.json"]
    with pytest.raises(
        ValueError, match=r"lab/tiny: expected tokenizer.json; found README.md, config.json, model.safetensors"
    ):
        interop.load(download(NAME, max_bytes=LIMIT))


def test_other_bytes_than_the_hub_lists_are_never_returned(stand_in, tmp_path):
    weights = stand_in.repos[NAME]["main"]["model.safetensors"]
    stand_in.wrong["model.safetensors"] = weights[:-1] + bytes([weights[-1] ^ 1])
    with pytest.raises(
        ValueError, match="lab/tiny: expected the files as the Hub listed them; found others: try again"
    ):
        download(NAME, max_bytes=LIMIT)
    assert not left_behind(tmp_path)
    stand_in.wrong.clear()
    assert (download(NAME, max_bytes=LIMIT) / "model.safetensors").read_bytes() == weights


def test_no_hub_at_all_is_said_at_once(monkeypatch, tmp_path):
    visit(monkeypatch, "http://127.0.0.1:9", tmp_path)
    with pytest.raises(
        ValueError, match=r"lab/tiny: expected an answer from the Hub; found none \(.*\): check the net"
    ):
        download(NAME, max_bytes=LIMIT)


def test_a_hub_that_never_answers_is_given_up(stand_in, monkeypatch):
    monkeypatch.setattr("interop.process.ANSWER_LIMIT", 0.5)
    stand_in.mute = True
    with pytest.raises(ValueError, match="lab/tiny: expected an answer from the Hub; found none"):
        download(NAME, max_bytes=LIMIT)


def test_a_download_that_stalls_ends_with_its_time_limit_and_leaves_nothing(stand_in, checkpoint, tmp_path):
    stand_in.stall = True
    start = time.monotonic()
    with pytest.raises(
        ValueError, match=r"lab/tiny: expected the download to end within 8 s; found [\d,]+ of [\d,]+ b"
    ):
        download(NAME, max_bytes=LIMIT, time_limit=8)
    assert stand_in.halfway.is_set() and time.monotonic() - start >= 8
    assert not left_behind(tmp_path)
    stand_in.stall = False
    assert same_files(download(NAME, max_bytes=LIMIT), checkpoint)


def test_a_hub_that_dies_in_the_middle_leaves_nothing(stand_in, checkpoint, monkeypatch, tmp_path):
    stand_in.die = True
    with pytest.raises(ValueError, match=r"lab/tiny: expected the whole download; found it broken off after [\d,]+ of"):
        download(NAME, max_bytes=LIMIT)
    assert stand_in.halfway.is_set() and not left_behind(tmp_path)
    with type(stand_in)(stand_in.repos) as again:
        visit(monkeypatch, again.url, tmp_path / "home")
        assert same_files(download(NAME, max_bytes=LIMIT), checkpoint)


STARTED = """print('{"started": ["%s", "%s"]}', flush=True)"""
LISTED = """; import os; os.close(0); print('{"listing": {"config.json": 1, "model.safetensors": 1}}', flush=True)"""


@pytest.mark.parametrize("listed", [False, True], ids=["its request", "the leave to go on"])
def test_a_program_that_ends_before_it_reads_is_said_and_leaves_nothing(listed, monkeypatch, tmp_path):
    def start(*arguments: object, **settings: object) -> subprocess.Popen[str]:
        program = popen(*arguments, **settings)
        if not listed:
            program.wait()
        return program

    popen = subprocess.Popen
    monkeypatch.setattr("subprocess.Popen", start)
    (tmp_path / "blobs").mkdir()
    (tmp_path / "blobs" / "0.incomplete").touch()
    (tmp_path / "program.py").write_text(STARTED % (tmp_path, tmp_path) + (LISTED if listed else ""))
    monkeypatch.setattr("interop.fetch.__file__", str(tmp_path / "program.py"))
    with pytest.raises(
        ValueError, match=r"lab/tiny: expected the whole download; found .*\(its process ended\): try ag"
    ):
        download(NAME, max_bytes=LIMIT)
    assert not list((tmp_path / "blobs").iterdir())


SERVER = "import sys; from interop.download import download; download(sys.argv[1], max_bytes=10**7)"


def processes_with(text: str) -> list[int]:
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            content = path.read_bytes()
        except OSError:  # another's process, or gone
            continue
        if text.encode() in content:
            found.append(int(path.parent.name))
    return found


def test_a_killed_server_leaves_no_process_and_the_next_one_gets_the_right_weights(
    stand_in, checkpoint, monkeypatch, tmp_path
):
    monkeypatch.setenv("TEST_OF_A_KILLED_SERVER", str(tmp_path))
    stand_in.stall = True
    server = subprocess.Popen([sys.executable, "-c", SERVER, NAME], cwd=Path(__file__).parents[2])
    assert stand_in.halfway.wait(60)
    while not left_behind(tmp_path):  # huggingface_hub has made its file
        time.sleep(0.01)
    os.kill(server.pid, signal.SIGKILL)
    server.wait()
    for _ in range(500):
        if not processes_with(f"TEST_OF_A_KILLED_SERVER={tmp_path}"):
            break
        time.sleep(0.02)
    assert not processes_with(f"TEST_OF_A_KILLED_SERVER={tmp_path}")
    assert left_behind(tmp_path)  # or this shows nothing
    stand_in.stall = False
    folder = download(NAME, max_bytes=LIMIT)
    assert same_files(folder, checkpoint)
    assert not [path for path in left_behind(tmp_path) if path.suffix == ".incomplete"]


def test_a_killed_download_says_so_and_the_next_one_gets_the_right_weights(stand_in, checkpoint, monkeypatch, tmp_path):
    monkeypatch.setenv("TEST_OF_A_KILLED_DOWNLOAD", str(tmp_path))
    stand_in.stall = True

    def kill() -> None:
        stand_in.halfway.wait(60)
        for process in processes_with(f"TEST_OF_A_KILLED_DOWNLOAD={tmp_path}"):
            os.kill(process, signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    with pytest.raises(ValueError, match=r"expected the whole download; found it broken off .*\(its process ended\)"):
        download(NAME, max_bytes=LIMIT)
    killer.join()
    assert not left_behind(tmp_path)
    stand_in.stall = False
    assert same_files(download(NAME, max_bytes=LIMIT), checkpoint)
