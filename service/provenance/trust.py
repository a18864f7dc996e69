"""Who may vouch for a content credential: the lists that come with the library that reads it.

``encypher-c2pa`` brings C2PA's official lists of signers' and of time stampers' authorities, and
IPTC's list of verified news publishers; a newer version brings newer ones. Nothing is fetched.
"""

import re
import ssl
from functools import cache
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

PACKAGE = "encypher-c2pa"
# What stands around the certificates, such as their holders' names in any letters, is no matter.
_CERTIFICATE = re.compile("-----BEGIN CERTIFICATE-----[^-]*(?:-----END CERTIFICATE-----)?")
_DATED = re.compile(r"trust snapshot dated `(\d{4}-\d\d-\d\d)`")


@cache
def lists_date() -> str | None:
    """Of which day the lists are, as the package says (ISO 8601); None without them."""
    try:
        said = metadata(PACKAGE)["Description"] or ""
    except PackageNotFoundError:
        return None
    found = _DATED.search(said)
    return found[1] if found else None


def read_anchors(path: Path | None) -> str | None:
    """The certificates, PEM, of authorities that are trusted beside those of the lists.

    Raises:
        ValueError: the file cannot be read, or holds none.
    """
    if path is None:
        return None
    try:
        found = _CERTIFICATE.findall(path.read_text("latin-1"))
        anchors = "".join(f"{it}\n" for it in found)
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=anchors)
    except (OSError, ValueError) as error:
        raise ValueError("this is no file of certificates in PEM") from error
    return anchors
