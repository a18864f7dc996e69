"""`deepfake predict --url`: the rows of a service are those that the same model gives here."""

import csv
import io
import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from service.web.keys import digest, new_key
from tests.conftest import ROUNDING, free_port, running_server
from tests.pictures import PORTRAIT, encode, smooth
from tests.programs import Program, run
from tests.toy import cooled

pytestmark = pytest.mark.usefixtures("toy_served")

KEY = new_key()


@pytest.fixture(scope="module")
def there(toys: Path) -> Iterator[str]:
    """A service that answers who has a key, with the toy."""
    with running_server(DEEPFAKE_MODEL=str(toys), DEEPFAKE_API_KEYS=digest(KEY)) as url:
        yield url


@pytest.fixture
def folder(tmp_path: Path, face: bytes) -> Path:
    """Pictures of each kind, and what is none."""
    folder = tmp_path / "photos"
    (folder / "empty.png").mkdir(parents=True)
    (folder / "a.jpg").write_bytes(face)
    (folder / "ChatGPT Image Mar 29, 2025.png").write_bytes(encode(cooled(1.0), "PNG"))
    (folder / "broken.png").write_bytes(encode(smooth(3), "PNG")[:200])
    (folder / "small.gif").write_bytes(encode(PORTRAIT.resize((8, 8)), "GIF"))
    (folder / "nothing.webp").touch()
    (folder / "gone.jpg").symlink_to("absent")
    (folder / os.fsdecode(b"caf\xe9.bmp")).write_bytes(encode(smooth(4, side=200), "BMP"))
    os.mkfifo(folder / "pipe.jpg")
    (folder / "._hidden.jpg").touch()
    return folder


def predict(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return run("deepfake", "predict", *arguments, timeout=120, environment=environment)


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def same(here: Any, there: Any) -> bool:
    """Whether two JSON values are the same, but for what a batch and a clock change."""
    if isinstance(here, dict):
        return here.keys() == there.keys() and all(
            name == "timing_ms" or same(here[name], there[name]) for name in here
        )
    if isinstance(here, list):
        return len(here) == len(there) and all(map(same, here, there))
    return bool(pytest.approx(here, abs=ROUNDING) == there)


def test_the_table_is_the_same(there: str, folder: Path) -> None:
    words = (folder, folder / "empty.png", "absent.jpg", "--format", "csv")
    here = predict(*words)
    done = predict(*words, "--url", there, "--key", KEY)
    assert done.returncode == here.returncode == 1
    assert done.stderr == here.stderr
    assert "Left out as hidden: 1" in done.stderr
    assert len(table(done.stdout)) == 10
    for row, other in zip(table(done.stdout), table(here.stdout), strict=True):
        for name in ("fake_probability", "confidence"):
            assert float(row.pop(name) or 0) == pytest.approx(
                float(other.pop(name) or 0), abs=ROUNDING
            )
        assert row == other


def test_so_is_the_json_with_all_that_a_prediction_has(there: str, folder: Path) -> None:
    here = json.loads(predict(folder, "--format", "json").stdout)
    done = predict(folder, "--format", "json", "--url", there, DEEPFAKE_KEY=KEY)
    assert same(here, json.loads(done.stdout))
    assert [mark["generator"] for mark in here[0]["provenance"]["marks"]] == ["ChatGPT"]


def test_so_is_the_text(there: str, folder: Path) -> None:
    words = (folder / "a.jpg", folder / "broken.png", folder / "empty.png")
    done = predict(*words, "--url", f"{there}/", DEEPFAKE_KEY=KEY)
    assert done.stdout == predict(*words).stdout
    assert "Verdict: real" in done.stdout


def test_no_model_is_needed_here(there: str, folder: Path) -> None:
    done = predict(*(folder / "a.jpg", "--url", there), DEEPFAKE_KEY=KEY, DEEPFAKE_MODEL="/nowhere")
    assert done.returncode == 0


def test_an_interrupted_table_is_gone_on_with(there: str, tmp_path: Path) -> None:
    folder, out = tmp_path / "many", tmp_path / "out.csv"
    folder.mkdir()
    for seed in range(200):
        smooth(seed, side=100).save(folder / f"{seed:03}.jpg")
    words = ("predict", folder, "--format", "csv", "--output", out, "--url", there)
    process = Program("deepfake", *words, environment={"DEEPFAKE_KEY": KEY})
    while not out.exists() or out.read_text().count("\n") < 20:
        assert process.poll() is None
        time.sleep(0.005)
    process.kill()
    process.wait()
    assert out.read_text().count("\n") < 200, "it was interrupted before its end"
    assert predict(*words[1:], "--resume", DEEPFAKE_KEY=KEY).returncode == 0
    rows = table(out.read_text())
    assert [Path(row["path"]).name for row in rows] == [f"{seed:03}.jpg" for seed in range(200)]
    assert all(row["verdict"] for row in rows)


def test_ctrl_c_leaves_valid_json(there: str, tmp_path: Path) -> None:
    folder, out = tmp_path / "many", tmp_path / "out.json"
    folder.mkdir()
    for seed in range(300):
        smooth(seed, side=200).save(folder / f"{seed:03}.jpg")
    words = ("predict", folder, "--format", "json", "--output", out, "--url", there)
    process = Program("deepfake", *words, environment={"DEEPFAKE_KEY": KEY})
    while not out.exists() or out.stat().st_size == 0:
        assert process.poll() is None
        time.sleep(0.005)
    process.send_signal(signal.SIGINT)
    assert process.wait(30) != 0
    assert 0 < len(json.loads(out.read_text())) < 300


@pytest.mark.parametrize("key", ["", "df_another"])
def test_a_key_that_it_does_not_know_is_one_line(there: str, folder: Path, key: str) -> None:
    done = predict(folder / "a.jpg", "--url", there, DEEPFAKE_KEY=key)
    assert done.returncode == 1
    assert done.stderr.startswith("error: Send an API key that the service knows")
    assert done.stderr.count("\n") == 1


def test_what_is_no_address_is_one_line(folder: Path) -> None:
    done = predict(folder / "a.jpg", "--url", "localhost:8000")
    assert done.returncode == 2
    assert "name an address such as https://" in " ".join(done.stderr.replace("│", "").split())
    assert "Traceback" not in done.stderr


def test_where_nobody_listens_the_output_is_left_as_it_is(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "scores.csv"
    out.write_text("kept")
    url = f"http://127.0.0.1:{free_port()}"
    done = predict(folder, "--url", url, "--format", "csv", "--output", out)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith(f"error: {url}: no answer came: ")
    assert out.read_text() == "kept"
