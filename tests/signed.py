"""Pictures with content credentials, signed here by authorities that are made up for it."""

import io
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import c2pa
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

SIGNER = "Example Newsroom"
TYPES = "http://cv.iptc.org/newscodes/digitalsourcetype/"
UNCHANGED = {"builder": {"thumbnail": {"enabled": False}}}
ONE_DAY = timedelta(days=1)
PEM = serialization.Encoding.PEM

Key = ec.EllipticCurvePrivateKey
Name = x509.ObjectIdentifier


@dataclass(frozen=True)
class Holder:
    """Whose certificate it is, and the private key that goes with it."""

    name: str
    certificate: x509.Certificate
    key: Key

    @property
    def pem(self) -> bytes:
        """The certificate."""
        return self.certificate.public_bytes(PEM)

    @property
    def private(self) -> bytes:
        """The key, as PEM."""
        unprotected = serialization.NoEncryption()
        return self.key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, unprotected)


def holder(
    name: str,
    above: Holder | None = None,
    use: Name = ExtendedKeyUsageOID.EMAIL_PROTECTION,
    lasts: timedelta = ONE_DAY,
) -> Holder:
    """A holder whom the one ``above`` certifies to ``use`` a key; without, an authority itself."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    issuer, issuer_key = (above.name, above.key) if above else (name, key)
    builder = (
        x509.CertificateBuilder()
        .subject_name(_named(name))
        .issuer_name(_named(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - ONE_DAY)
        .not_valid_after(now + lasts)
        .add_extension(x509.BasicConstraints(above is None, None), critical=True)
        .add_extension(_usage(authority=above is None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), False
        )
    )
    if above:  # what C2PA asks of a signer's certificate, and RFC 3161 of a time stamper's
        critical = use == ExtendedKeyUsageOID.TIME_STAMPING
        builder = builder.add_extension(x509.ExtendedKeyUsage([use]), critical)
    return Holder(name, builder.sign(issuer_key, hashes.SHA256()), key)


def _named(common: str) -> x509.Name:
    organization = x509.NameAttribute(NameOID.ORGANIZATION_NAME, SIGNER)
    return x509.Name([organization, x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )


def chain_of(root: str) -> tuple[Holder, Holder]:
    """Who signs, and the authority above, that nobody knows unless it is named as an anchor."""
    above = holder(root)
    return holder("desk", above), above


USUAL, OTHER = chain_of("root"), chain_of("other root")


def anchors(folder: Path, *holders: Holder) -> Path:
    """A file of the holders' certificates, or of the usual authority's."""
    path = folder / "anchors.pem"
    path.write_bytes(b"".join(it.pem for it in holders or USUAL[1:]))
    return path


def sign(
    data: bytes,
    kind: str | None = "trainedAlgorithmicMedia",
    mime: str = "image/jpeg",
    parent: bytes | None = None,
    remote: str | None = None,
    chain: tuple[Holder, Holder] = USUAL,
    stamper: str | None = None,
) -> bytes:
    """``data`` with a credential that declares the digital source type ``kind``.

    ``parent`` is the signed picture that it was made from; ``remote`` an address at which its
    credential is said to lie, which then is not in the file; ``chain`` is who signs and the
    authority above, ``stamper`` the address of who stamps the time.
    """
    created: dict[str, Any] = {"action": "c2pa.created", "digitalSourceType": f"{TYPES}{kind}"}
    definition: dict[str, Any] = {
        "claim_generator_info": [{"name": "test maker", "version": "1.0"}],
        "format": mime,
    }
    if kind:
        assertion = {"label": "c2pa.actions", "data": {"actions": [created]}}
        definition["assertions"] = [assertion]
    certificates = b"".join(it.pem for it in chain)
    info = c2pa.C2paSignerInfo(
        b"es256", certificates, chain[0].private, stamper.encode() if stamper else None
    )
    signer = c2pa.Signer.from_info(info)
    builder = c2pa.Builder(definition, c2pa.Context.from_dict(UNCHANGED))
    if parent:
        builder.set_intent(c2pa.C2paBuilderIntent.EDIT)
        builder.add_ingredient({"relationship": "parentOf"}, mime, io.BytesIO(parent))
    if remote:
        builder.set_no_embed()
        builder.set_remote_url(remote)
    signed = io.BytesIO()
    with builder, signer:
        builder.sign(signer, mime, io.BytesIO(data), signed)
    return signed.getvalue()


def tampered(data: bytes) -> bytes:
    """A signed JPEG in which one byte of the picture's own has been changed since."""
    changed = bytearray(data)
    changed[-len(data) // 10] ^= 1
    return bytes(changed)
