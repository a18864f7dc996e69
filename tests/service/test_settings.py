"""Settings: what cannot be used, or would let in by accident whom nobody meant to, is refused."""

import asyncio
import re
from pathlib import Path

import pytest

from service.errors import SettingsError
from service.scoring.detector import Detector
from service.settings import Settings, is_loopback, read_settings
from service.web import keys
from tests.programs import run
from tests.signed import OTHER, USUAL, sign

DIGEST = keys.digest("df_one")


def read(monkeypatch: pytest.MonkeyPatch, **variables: str) -> Settings:
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
        ({"rate_limit": "60/minute; 5/second"}, "give one rate, such as 60/minute"),
        ({"rate_limit": "60/minute,100/hour"}, "give one rate, such as 60/minute"),
        ({"rate_limit": "0/minute"}, "DEEPFAKE_RATE_LIMIT=0/minute: give one rate"),
        ({"batch_wait_ms": "inf"}, "DEEPFAKE_BATCH_WAIT_MS=inf: Input should be a finite number"),
        ({"deadline_seconds": "Infinity"}, "Input should be a finite number"),
        ({"model_poll_seconds": "nan"}, "DEEPFAKE_MODEL_POLL_SECONDS=nan: Input should be"),
        ({"cors_origins": "*"}, "name each origin"),
        ({"cors_origins": "https://*.example.org"}, "name each origin"),
        ({"cors_origins": "example.org"}, "name each origin"),
        ({"cors_origins": "https://example.org/page"}, "name each origin"),
        ({"cors_origins": "https://example.org?x"}, "name each origin"),
        ({"cors_origins": "https://me@example.org"}, "name each origin"),
        ({"cors_origins": "https://example.org:99999"}, "name each origin"),
        ({"cors_origins": "https://"}, "name each origin"),
        ({"cors_origins": "null"}, "DEEPFAKE_CORS_ORIGINS=null: name each origin"),
        ({"trusted_proxies": "10.9.9"}, "DEEPFAKE_TRUSTED_PROXIES=10.9.9: '10.9.9' does not"),
        ({"trusted_proxies": "10.0.0.1,proxy.local"}, "'proxy.local' does not appear to be"),
        ({"trusted_proxies": "10.0.0.1:80"}, "does not appear to be"),
        ({"trusted_proxies": "10.9.9.9/8"}, "10.9.9.9/8 has host bits set"),
        ({"trusted_proxies": "*,10.0.0.1"}, "does not appear to be"),
        ({"host": "http://127.0.0.1"}, "name an address to listen on"),
        ({"host": "127.0.0.1:8000"}, "name an address to listen on"),
        ({"host": "256.1.1.1", "anonymous": "true"}, "name an address to listen on"),
        ({"host": "10.0.0", "anonymous": "true"}, "name an address to listen on"),
        ({"host": "010.0.0.1", "anonymous": "true"}, "name an address to listen on"),
        ({"host": "detector..org", "anonymous": "true"}, "name an address to listen on"),
        ({"host": f"{64 * 'a'}.org", "anonymous": "true"}, "name an address to listen on"),
        ({"host": "-", "anonymous": "true"}, "DEEPFAKE_HOST=-: name an address to listen on"),
        ({"host": "a b"}, "DEEPFAKE_HOST=a b: name an address to listen on"),
        ({"port": "80\n81"}, "DEEPFAKE_PORT=80\\n81: Input should be a valid integer"),
        ({"trust_anchors": "absent.pem"}, "DEEPFAKE_TRUST_ANCHORS=absent.pem: this is no file of"),
        ({"trust_anchors": "README.md"}, "this is no file of certificates in PEM"),
    ],
)
def test_what_is_unsafe_or_senseless_is_refused(
    variables: dict[str, str], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SettingsError, match=re.escape(said)) as refusal:
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
        {"host": "detector.example.org", "anonymous": "true"},
        {"host": "fe80::1%eth0", "anonymous": "true"},
        {"host": "node-7.my_pod.svc.", "anonymous": "true"},
        {"host": "7.4u", "anonymous": "true"},
        {"rate_limit": "100 per 5 minutes"},
    ],
)
def test_what_is_safe_is_taken(variables: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    read(monkeypatch, **variables)


def test_an_operators_own_anchors_reach_the_detector(
    monkeypatch: pytest.MonkeyPatch, trusted: Path, toys: Path, face: bytes
) -> None:
    monkeypatch.setenv("DEEPFAKE_TRUST_ANCHORS", str(trusted))
    detector = Detector.from_settings(read_settings(model=toys))
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


@pytest.mark.parametrize("between", [", ", ",\n", "\n", " ,\t", ",,"])
def test_blanks_and_lines_between_and_around_them_mean_nothing(
    between: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def several(*items: str) -> str:
        return f" {between.join(items)}\n"

    settings = read(
        monkeypatch,
        api_keys=several(DIGEST, keys.digest("df_two").upper()),
        cors_origins=several("https://one.org", "http://two.org"),
        trusted_proxies=several("10.9.9.9", "127.0.0.1", "fd00::/8"),
    )
    assert settings.api_keys == (DIGEST, keys.digest("df_two"))
    assert settings.cors_origins == ("https://one.org", "http://two.org")
    assert settings.trusted_proxies == ("10.9.9.9", "127.0.0.1", "fd00::/8")


@pytest.mark.parametrize(
    ("said", "sent"),
    [
        ("https://example.org/", "https://example.org"),
        ("HTTPS://Example.ORG", "https://example.org"),
        ("https://example.org:443", "https://example.org"),
        ("http://example.org:8080/", "http://example.org:8080"),
        ("http://[::1]:3000", "http://[::1]:3000"),
        ("https://bücher.example", "https://xn--bcher-kva.example"),
    ],
)
def test_an_origin_is_what_a_browser_sends(
    said: str, sent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert read(monkeypatch, cors_origins=said).cors_origins == (sent,)


def test_any_proxy_may_be_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(monkeypatch, trusted_proxies="*").trusted_proxies == ("*",)


@pytest.mark.parametrize("nothing", ["", " ", "\n"])
@pytest.mark.parametrize("name", Settings.model_fields)
def test_an_empty_variable_is_none(
    name: str, nothing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert read(monkeypatch, **{name: nothing}) == Settings()


def test_blanks_around_a_value_mean_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read(monkeypatch, model="/srv/model\n", host=" ::1 ", port="9000\n", rate_limit=" ")
    assert (settings.model, settings.host, settings.port) == (Path("/srv/model"), "::1", 9000)
    assert settings.rate_limit is None


@pytest.mark.parametrize(("said", "meant"), [("[::1]", "::1"), ("0::0", "::"), ("::", "::")])
def test_an_address_has_one_name(said: str, meant: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(monkeypatch, host=said, anonymous="true").host == meant


def test_no_face_model_may_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEEPFAKE_FACE_MODEL", "face.onnx")
    assert read_settings(face_model=None).face_model is None


def test_what_is_given_overrides_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEEPFAKE_PORT", "1234")
    assert read_settings(port=0).port == 0


def test_an_address_is_checked_wherever_it_comes_from() -> None:
    done = run("deepfake", "serve", "--host", "0.0.0.0", "--port", "0")
    assert done.returncode == 1
    assert done.stderr.startswith("error: DEEPFAKE_HOST=0.0.0.0 lets the network in")


@pytest.mark.parametrize(
    ("host", "loopback"),
    [("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("0.0.0.0", False), ("::", False)],
)
def test_a_loopback_address_is_known(host: str, loopback: bool) -> None:
    assert is_loopback(host) == loopback
