"""Arrays to tensors of the Open Inference Protocol v2, and back."""

import base64
import binascii
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.pictures.imaging import Pixels
from service.web.refusals import MalformedInference


def read_images(data: list[Any] | None, binary: bytes, shape: list[int]) -> Pixels:
    """A UINT8 tensor of ``shape``, from numbers or, where ``data`` is None, from bytes.

    Raises:
        MalformedInference: they do not fill it.
    """
    try:
        flat = np.frombuffer(binary, np.uint8) if data is None else _numbers(data)
        return flat.reshape(shape)
    except (ValueError, OverflowError) as error:
        raise MalformedInference("The tensor does not hold what its shape says.") from error


def read_files(data: list[Any] | None, binary: bytes, shape: list[int]) -> list[bytes]:
    """The elements of a BYTES tensor of ``shape``, from base64 or, without ``data``, from bytes.

    Raises:
        MalformedInference: they are not as many, or not that.
    """
    try:
        files = _split(binary) if data is None else [_decoded(text) for text in data]
    except ValueError as error:
        raise MalformedInference("The tensor holds neither bytes nor base64.") from error
    if shape != [len(files)]:
        raise MalformedInference("The tensor does not hold what its shape says.")
    return files


def pack(values: NDArray[Any]) -> bytes:
    """Float32 numbers or strings ``[n]`` as the bytes of their tensor."""
    if datatype(values) == "FP32":
        return values.astype("<f4").tobytes()
    encoded = [str(value).encode() for value in values]
    return b"".join(len(text).to_bytes(4, "little") + text for text in encoded)


def datatype(values: NDArray[Any]) -> str:
    """What the protocol calls the type of float32 numbers or of strings."""
    return "FP32" if values.dtype == np.float32 else "BYTES"


def _numbers(data: list[Any]) -> Pixels:
    values = np.array(data)
    if values.dtype.kind not in "iu" or values.min() < 0 or values.max() > 255:
        raise ValueError("not all of them are whole numbers in 0..255")
    return values.astype(np.uint8)


def _decoded(text: object) -> bytes:
    if not isinstance(text, str):
        raise ValueError("not a string")  # noqa: TRY004  # one kind of error for all bad input
    plain = "".join(text.split()).rstrip("=")  # lines, as MIME has them
    plain = plain.replace("-", "+").replace("_", "/")  # the alphabet for addresses, as TensorFlow's
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except binascii.Error as error:
        raise ValueError("not base64") from error


def _split(binary: bytes) -> list[bytes]:
    """Each element comes after its length, which is four bytes, the least first."""
    parts, at = [], 0
    while at < len(binary):
        begin = at + 4
        at = begin + int.from_bytes(binary[at:begin], "little")
        if at > len(binary):
            raise ValueError("cut short")
        parts.append(binary[begin:at])
    return parts
