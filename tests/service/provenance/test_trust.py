"""The lists of trusted signers: which they are, of which day, and an operator's own beside them."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import encypher_c2pa
import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID

from service.provenance import trust
from tests.signed import OTHER, USUAL, anchors

# In C2PA's official lists, https://github.com/c2pa-org/conformance-public: authorities of Google,
# of those that sign for OpenAI and Adobe, and of time stampers.
OFFICIAL = {
    "Google C2PA Root CA G3",
    "Google C2PA Core Time-Stamping ICA G3",
    "SSL.com C2PA RSA Root CA 2025",
    "DigiCert ECC P384 Root for C2PA G1",
    "DigiCert RSA4096 TSA ICA for C2PA G1",
    "Adobe Product Issuing CA vault-a-or2.adobe.net cai",
}
CERTIFICATE = re.compile(rb"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----\n", re.DOTALL)


@pytest.fixture
def without_the_package(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(trust, "PACKAGE", "no-such-package")
    trust.lists_date.cache_clear()
    yield
    trust.lists_date.cache_clear()


@pytest.mark.filterwarnings("ignore")  # cryptography's, of serial numbers that are none
def test_the_official_authorities_came_with_the_package() -> None:
    (library,) = Path(encypher_c2pa.__file__).parent.glob("_native*")
    found = map(x509.load_pem_x509_certificate, CERTIFICATE.findall(library.read_bytes()))
    names = {
        it.value for c in found for it in c.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    }
    assert names >= OFFICIAL


def test_the_lists_are_of_a_day_that_the_package_tells() -> None:
    told = trust.lists_date()
    assert told
    assert date(2026, 9, 1) <= date.fromisoformat(told) <= datetime.now(UTC).date()


@pytest.mark.usefixtures("without_the_package")
def test_without_the_package_there_are_none() -> None:
    assert trust.lists_date() is None


def test_anchors_are_read_as_they_stand(tmp_path: Path) -> None:
    path = anchors(tmp_path, USUAL[1], OTHER[1])
    text = trust.read_anchors(path)
    assert text == path.read_text()
    assert text.count("BEGIN CERTIFICATE") == 2
    assert trust.read_anchors(None) is None


@pytest.mark.parametrize(
    "before", [b"# Who signs for us\n", "Issuer: O=F\u0151\n".encode(), b"\xef\xbb\xbf", b"\xe9\n"]
)
def test_what_stands_around_certificates_is_left_aside(before: bytes, tmp_path: Path) -> None:
    path = anchors(tmp_path)
    plain = path.read_text()
    path.write_bytes(before + path.read_bytes().replace(b"\n", b"\r\n") + USUAL[0].private)
    assert trust.read_anchors(path) == plain


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"rubbish", b"\xff\xfe", USUAL[0].private, USUAL[1].pem[:200]),
        USUAL[1].pem + OTHER[1].pem[:200],
        USUAL[1].pem.replace(b" CERTIFICATE", b" TRUSTED CERTIFICATE"),
    ],
)
def test_a_file_without_certificates_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "anchors.pem"
    path.write_bytes(content)
    with pytest.raises(ValueError, match="no file of certificates"):
        trust.read_anchors(path)


def test_so_is_what_is_no_file(tmp_path: Path) -> None:
    for path in (tmp_path / "absent.pem", tmp_path):
        with pytest.raises(ValueError, match="no file of certificates"):
            trust.read_anchors(path)
