"""Settings: what cannot be used, or would let in by accident whom nobody meant to, is refused."""

import asyncio
import subprocess
from pathlib import Path

import pytest

from service.errors import SettingsError
from service.scoring.detector import Detector
from service.settings import is_loopback, read_settings
from service.web import keys
from tests.conftest import ARTIFACT, BIN
from tests.signed import OTHER, USUAL, sign

DIGEST = keys.digest("df_one")


def read(monkeypatch: pytest.MonkeyPatch, **variables: str) -> object:
    for name, value in variables.items():
        monkeypatch.setenv(f"DEEPFAKE_{name.upper()}", value)
    return read_settings()


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"port": "http"}, "DEEPFAKE_PORT=http: Input should be a valid integer"),
        ({"host": "0.0.0.0"}, "lets the network in: set DEEPFAKE_API_KEYS, or DEEPFAKE_ANONYMOUS"),
        ({"host": "example.org"}, "lets the network in"),
        ({"anonymous": "false"}, "asks for a key; DEEPFAKE_API_KEYS is empty"),
        ({"anonymous": "true", "api_keys": DIGEST}, "set one of both"),
        ({"api_keys": "df_secret"}, "give SHA-256 digests, not the keys"),
        ({"rate_limit": "often"}, "DEEPFAKE_RATE_LIMIT=often"),
        ({"cors_origins": "*"}, "name each origin"),
        ({"trust_anchors": "absent.pem"}, "DEEPFAKE_TRUST_ANCHORS=absent.pem: this is no file of"),
        ({"trust_anchors": "README.md"}, "this is no file of certificates in PEM"),
    ],
)
def test_what_is_unsafe_or_senseless_is_refused(
    variables: dict[str, str], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SettingsError, match=said.replace(".", r"\.")) as refusal:
        read(monkeypatch, **variables)
    assert len(str(refusal.value).splitlines()) == 1


def test_a_key_given_for_its_digest_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError) as refusal:
        read(monkeypatch, api_keys="df_secret")
    assert "df_secret" not in str(refusal.value)


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"host": "::1"},
        {"host": "localhost"},
        {"host": "0.0.0.0", "anonymous": "true"},
        {"host": "0.0.0.0", "api_keys": DIGEST},
        {"anonymous": "false", "api_keys": f"{DIGEST},{keys.digest('df_two')}"},
    ],
)
def test_what_is_safe_is_taken(variables: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    read(monkeypatch, **variables)


def test_an_operators_own_anchors_reach_the_detector(
    monkeypatch: pytest.MonkeyPatch, trusted: Path, face: bytes
) -> None:
    monkeypatch.setenv("DEEPFAKE_TRUST_ANCHORS", str(trusted))
    detector = Detector.from_settings(read_settings(model=ARTIFACT))
    (known, unknown) = (
        asyncio.run(detector.analyse(sign(face, chain=chain))).prediction.provenance.credential
        for chain in (USUAL, OTHER)
    )
    assert (known.state, unknown.state) == ("trusted", "unknown_signer")


def test_lists_are_taken_apart_at_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEEPFAKE_CORS_ORIGINS", "https://one.org,http://two.org:8080")
    monkeypatch.setenv("DEEPFAKE_TRUSTED_PROXIES", "")
    settings = read_settings()
    assert settings.cors_origins == ("https://one.org", "http://two.org:8080")
    assert settings.trusted_proxies == ()


def test_what_is_given_overrides_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEEPFAKE_PORT", "1234")
    assert read_settings(port=0).port == 0


def test_an_address_is_checked_wherever_it_comes_from() -> None:
    done = subprocess.run(
        [str(BIN / "deepfake"), "serve", "--host", "0.0.0.0", "--port", "0"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("error: DEEPFAKE_HOST=0.0.0.0 lets the network in")


@pytest.mark.parametrize(
    ("host", "loopback"),
    [("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("0.0.0.0", False), ("::", False)],
)
def test_a_loopback_address_is_known(host: str, loopback: bool) -> None:
    assert is_loopback(host) == loopback
