"""Request bodies that mean harm, and what each is answered: a table of docs/hostile.md."""

from tests.hostile_files import Bytes, Hostile
from tests.pictures import encode, smooth

MULTIPART = "multipart/form-data; boundary=edge"
DISPOSITION = b'form-data; name="file"; filename="a"'
NAMELESS = b'form-data; name="file"'


def part(data: bytes, disposition: bytes = DISPOSITION, more: bytes = b"") -> bytes:
    head = b"--edge\r\nContent-Disposition: " + disposition + b"\r\n" + more
    return head + b"\r\n" + data + b"\r\n"


def body(*parts: bytes) -> bytes:
    return b"".join(parts) + b"--edge--\r\n"


def sound() -> bytes:
    return part(encode(smooth(1), "PNG"))


def sound_form() -> bytes:
    return body(sound())


def named(name: bytes) -> bytes:
    """A sound picture under that file name."""
    disposition = b'form-data; name="file"; filename="' + name + b'"'
    return body(part(encode(smooth(1), "PNG"), disposition))


def field(name: bytes, value: bytes = b"x") -> bytes:
    return part(value, b'form-data; name="' + name + b'"')


def form_in_a_form() -> bytes:
    inner = sound_form().replace(b"edge", b"inner")
    return body(part(inner, more=b"Content-Type: multipart/mixed; boundary=inner\r\n"))


OTHER_TYPES: dict[str, tuple[str, Bytes]] = {
    "a form that is not multipart": ("application/x-www-form-urlencoded", lambda: b"file=x"),
    "JSON": ("application/json", lambda: b'{"file": "x"}'),
    "a picture without a form": ("image/png", lambda: encode(smooth(1), "PNG")),
}
OTHER_BOUNDARIES = {
    "no boundary": "multipart/form-data",
    "an empty boundary": "multipart/form-data; boundary=",
    "another boundary": "multipart/form-data; boundary=ledge",
    "a boundary of 8,000 characters": "multipart/form-data; boundary=" + "e" * 8000,
}
# By limit and code; the name of each and its bytes.
GROUPS: list[tuple[str, str, dict[str, Bytes]]] = [
    (
        "one file in the field `file`",
        "missing_file",
        {
            "no body": lambda: b"",
            "no part": lambda: body(),
            "a field without a file": lambda: body(field(b"note")),
            "a file in another field": lambda: body(
                part(b"x", b'form-data; name="picture"; filename="a"')
            ),
        },
    ),
    (
        "one file in the field `file`",
        "too_many_parts",
        {
            "two files": lambda: body(sound(), sound()),
            "a file and a field": lambda: body(sound(), field(b"note")),
        },
    ),
    (
        "a few parts, 1 MB for each that is not a file",
        "malformed_multipart",
        {
            "2,000 files": lambda: body(*[part(b"x")] * 2000),
            "20,000 fields": lambda: body(*[field(b"note")] * 20_000),
            "a field of 10 MB": lambda: body(field(b"note", bytes(10_000_000))),
        },
    ),
    (
        "8 headers of 4 kB for each part",
        "malformed_multipart",
        {
            "a part's header of 1 MB": lambda: body(
                part(b"x", more=b"X: " + b"y" * 1_000_000 + b"\r\n")
            ),
            "100,000 headers of a part": lambda: body(part(b"x", more=b"X: y\r\n" * 100_000)),
            "a name of 100 kB": lambda: named(b"n" * 100_000),
        },
    ),
    (
        "a form is whole and well-formed",
        "malformed_multipart",
        {
            "a part without a name": lambda: body(part(b"x", b"form-data")),
            "a part without a disposition": lambda: body(b"--edge\r\nA: b\r\n\r\nx\r\n"),
            "a header that is none": lambda: body(part(b"x", more=b"\x00\xff\r\n")),
            "a body that ends in the middle": lambda: sound_form()[:150],
            "one that ends in a second file": lambda: body(sound(), sound())[:-30],
        },
    ),
    (
        "20 MiB, counted while they come",
        "body_too_large",
        {"21 MiB": lambda: body(part(bytes(21 * 2**20)))},
    ),
    (
        "formats are told by content, others are not read",
        "unsupported_format",
        {
            "a form in a form": form_in_a_form,
            "text in the field `file`": lambda: body(field(b"file")),
        },
    ),
    (
        "a name is searched for marks, and no more",
        "scored",
        {
            "a name that leads elsewhere": lambda: named(b"../../etc/passwd"),
            "a name that is no text": lambda: named(b"\xff\xfe\x00"),
            "a file without a name": lambda: body(part(encode(smooth(1), "PNG"), NAMELESS)),
        },
    ),
]
BODIES = [
    *(
        Hostile(name, "multipart/form-data and no other type", "not_multipart", make, kind)
        for name, (kind, make) in OTHER_TYPES.items()
    ),
    *(
        Hostile(name, "a form is whole and well-formed", "malformed_multipart", sound_form, kind)
        for name, kind in OTHER_BOUNDARIES.items()
    ),
    *(
        Hostile(name, limit, code, make, MULTIPART)
        for limit, code, makes in GROUPS
        for name, make in makes.items()
    ),
]
