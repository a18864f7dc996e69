"""Arrays to tensors and back, and every way in which they do not fit."""

import base64
import json
from typing import Any

import numpy as np
import pytest

from service.scoring.schemas import ModelName
from service.web.inference import InferenceRequest, parse, respond
from service.web.refusals import MalformedInference
from service.web.tensors import pack, read_files, read_images

MODEL = ModelName(name="deepfake", version=3)
SHAPE = [1, 2, 2, 3]
OUTPUTS = {
    "fake_probability": np.array([0.25, 0.5], np.float32),
    "verdict": np.array(["real", "fake"]),
}


def request(**more: Any) -> InferenceRequest:
    tensor = {"name": "file", "datatype": "BYTES", "shape": [1], "data": ["eA=="]}
    return InferenceRequest.model_validate({"inputs": [tensor], **more})


def test_numbers_flat_or_nested_or_as_bytes_are_the_same_image() -> None:
    pixels = np.arange(12, dtype=np.uint8).reshape(SHAPE)
    assert (read_images(pixels.tolist(), b"", SHAPE) == pixels).all()
    assert (read_images(pixels.ravel().tolist(), b"", SHAPE) == pixels).all()
    assert (read_images(None, pixels.tobytes(), SHAPE) == pixels).all()


@pytest.mark.parametrize(
    "data",
    [[1] * 11, [1] * 13, [256] * 12, [-1] * 12, [0.5] * 12, ["a"] * 12, [None] * 12, [[1], [1, 2]]],
)
def test_what_is_no_image_is_refused(data: list[Any]) -> None:
    with pytest.raises(MalformedInference, match="does not hold what its shape says"):
        read_images(data, b"", SHAPE)
    with pytest.raises(MalformedInference):
        read_images([], b"", SHAPE)
    with pytest.raises(MalformedInference):
        read_images(None, bytes(11), SHAPE)
    with pytest.raises(MalformedInference):
        read_images(None, bytes(12), [10**30, 2, 2, 3])


def test_files_as_base64_or_as_bytes_are_the_same() -> None:
    files = [b"one", b"", b"three" * 100]
    assert read_files([base64.b64encode(file).decode() for file in files], b"", [3]) == files
    binary = b"".join(len(file).to_bytes(4, "little") + file for file in files)
    assert read_files(None, binary, [3]) == files


@pytest.mark.parametrize("file", [b"\xfb\xef\xff" * 9, b"\xfb\xef\xff\xfe", b"\xff\xff"])
def test_base64_may_have_the_alphabet_for_addresses_and_no_padding(file: bytes) -> None:
    """As `tf.io.encode_base64` and many a browser's code write it."""
    texts = [base64.b64encode(file).decode(), base64.urlsafe_b64encode(file).decode()]
    assert texts[0] != texts[1]
    for text in texts:
        assert read_files([text, text.rstrip("=")], b"", [2]) == [file, file]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_base64_may_come_in_lines(end: str) -> None:
    """As `base64`, `openssl` and MIME write it."""
    file = bytes(range(256)) * 10
    lines = base64.encodebytes(file).decode().replace("\n", end)
    assert lines.count(end) > 10
    assert read_files([lines], b"", [1]) == [file]
    assert read_files([f" {lines}{end}"], b"", [1]) == [file]


@pytest.mark.parametrize(
    ("data", "binary", "shape"),
    [
        (["eA=="], b"", [2]),
        (["eA=="], b"", [1, 1]),
        (["not base64!"], b"", [1]),
        (["é"], b"", [1]),
        ([7], b"", [1]),
        (None, b"\x05\0\0\0four", [1]),
        (None, b"\x01\0", [1]),
        (None, b"\x01\0\0\0x", [2]),
    ],
)
def test_what_is_no_list_of_files_is_refused(
    data: list[Any] | None, binary: bytes, shape: list[int]
) -> None:
    with pytest.raises(MalformedInference):
        read_files(data, binary, shape)


def test_packed_strings_are_read_back() -> None:
    assert read_files(None, pack(OUTPUTS["verdict"]), [2]) == [b"real", b"fake"]
    assert pack(OUTPUTS["fake_probability"]) == np.array([0.25, 0.5], "<f4").tobytes()


def test_an_answer_as_json_holds_all_outputs() -> None:
    text, length = respond(request(id="seven"), MODEL, OUTPUTS)
    assert length is None
    assert json.loads(text) == {
        "id": "seven",
        "model_name": "deepfake",
        "model_version": "3",
        "outputs": [
            {"name": "fake_probability", "datatype": "FP32", "shape": [2], "data": [0.25, 0.5]},
            {"name": "verdict", "datatype": "BYTES", "shape": [2], "data": ["real", "fake"]},
        ],
    }


def test_an_answer_can_be_part_json_part_bytes() -> None:
    wanted = [
        {"name": "verdict"},
        {"name": "fake_probability", "parameters": {"binary_data": True}},
    ]
    text, length = respond(request(outputs=wanted), MODEL, OUTPUTS)
    assert length is not None
    outputs = json.loads(text[:length])["outputs"]
    assert [output["name"] for output in outputs] == ["verdict", "fake_probability"]
    assert outputs[0]["data"] == ["real", "fake"]
    assert outputs[1]["parameters"] == {"binary_data_size": 8}
    assert text[length:] == pack(OUTPUTS["fake_probability"])


def body(**parameters: int) -> bytes:
    tensor = {"name": "file", "datatype": "BYTES", "shape": [1], "parameters": parameters}
    return json.dumps({"inputs": [tensor]}).encode()


def test_bytes_behind_the_json_are_found() -> None:
    head = body(binary_data_size=5)
    asked, binary = parse(head + b"\x01\0\0\0x", str(len(head)))
    assert (asked.inputs[0].name, binary) == ("file", b"\x01\0\0\0x")


@pytest.mark.parametrize(
    ("content", "length"),
    [
        (b"", None),
        (b"{", None),
        (b"[]", None),
        (b'{"inputs": []}', None),
        (b"\xff\xfe", None),
        (body(), None),
        (body(binary_data_size=5), None),
        (body(binary_data_size=5) + b"four", str(len(body(binary_data_size=5)))),
        (body(binary_data_size=-1), None),
        (body(), "all of it"),
        (body(), "-1"),
        (body(), "9" * 5000),
        (body(), "0"),
        (b"[" * 100_000, None),
    ],
)
def test_what_is_no_request_is_refused(content: bytes, length: str | None) -> None:
    with pytest.raises(MalformedInference):
        parse(content, length)


def test_null_is_as_good_as_nothing() -> None:
    """Some clients send it for whatever is not set."""
    tensor = {"name": "file", "datatype": "BYTES", "shape": [1], "data": ["eA=="]}
    nothing = {"id": None, "parameters": None, "outputs": None}
    wanted = [{"name": "verdict", "parameters": {"binary_data": None}}]
    for asked in (nothing, {"id": None, "outputs": wanted, "parameters": {"other": None}}):
        body = json.dumps({"inputs": [{**tensor, "parameters": None}], **asked}).encode()
        given, binary = parse(body, None)
        assert (given.inputs[0].data, given.id, binary) == (["eA=="], "", b"")
    with pytest.raises(MalformedInference, match="inputs: Field required"):
        parse(b'{"inputs": null}', None)


def test_a_byte_order_mark_is_passed_over() -> None:
    body = b"\xef\xbb\xbf" + request().model_dump_json().encode()
    assert parse(body, None)[0] == parse(body, str(len(body)))[0] == request()
