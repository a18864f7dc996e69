"""Pictures with content credentials, made and signed here, by an authority that nobody knows."""

import io
from datetime import UTC, datetime, timedelta
from functools import cache
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

Key = ec.EllipticCurvePrivateKey


def _certificate(
    name: str, key: Key, issuer: str, issuer_key: Key, *, authority: bool
) -> x509.Certificate:
    def named(common: str) -> x509.Name:
        organization = x509.NameAttribute(NameOID.ORGANIZATION_NAME, SIGNER)
        return x509.Name([organization, x509.NameAttribute(NameOID.COMMON_NAME, common)])

    now = datetime.now(UTC)
    usage = x509.KeyUsage(
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
    builder = (
        x509.CertificateBuilder()
        .subject_name(named(name))
        .issuer_name(named(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - ONE_DAY)
        .not_valid_after(now + ONE_DAY)
        .add_extension(x509.BasicConstraints(authority, None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), False
        )
    )
    if not authority:  # what C2PA asks of a signer's certificate
        builder = builder.add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), False
        )
    return builder.sign(issuer_key, hashes.SHA256())


@cache
def _signer() -> tuple[bytes, bytes]:
    """A chain of certificates and the signer's private key, as PEM."""
    above, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    root = _certificate("root", above, "root", above, authority=True)
    leaf = _certificate("desk", key, "root", above, authority=False)
    encoding = serialization.Encoding.PEM
    private = key.private_bytes(
        encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return leaf.public_bytes(encoding) + root.public_bytes(encoding), private


def sign(
    data: bytes,
    kind: str | None = "trainedAlgorithmicMedia",
    mime: str = "image/jpeg",
    parent: bytes | None = None,
    remote: str | None = None,
) -> bytes:
    """``data`` with a credential that declares the digital source type ``kind``.

    ``parent`` is the signed picture that it was made from; ``remote`` an address at which its
    credential is said to lie, which then is not in the file.
    """
    created: dict[str, Any] = {"action": "c2pa.created", "digitalSourceType": f"{TYPES}{kind}"}
    definition: dict[str, Any] = {
        "claim_generator_info": [{"name": "test maker", "version": "1.0"}],
        "format": mime,
    }
    if kind:
        assertion = {"label": "c2pa.actions", "data": {"actions": [created]}}
        definition["assertions"] = [assertion]
    certificates, key = _signer()
    signer = c2pa.Signer.from_info(c2pa.C2paSignerInfo(b"es256", certificates, key, None))
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
