"""What the Open Inference Protocol v2 asks and is answered, as JSON with binary tensors behind it.

https://github.com/kserve/open-inference-protocol, with the extension for binary data. A client
says in the header ``Inference-Header-Content-Length`` where the JSON ends; the tensors' bytes
follow in their order, as many of each as its ``binary_data_size`` says.
"""

import re
from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray
from pydantic import BaseModel, Field, ValidationError, model_validator

from service.scoring.schemas import ModelName
from service.web import tensors
from service.web.refusals import MalformedInference

HEADER = "Inference-Header-Content-Length"
BYTE_ORDER_MARK = b"\xef\xbb\xbf"  # some programs begin each text file with it


class _Asked(BaseModel):
    """What a client says: null is as good as nothing, as some send it for whatever is not set."""

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, given: object) -> object:
        if not isinstance(given, dict):
            return given
        return {name: value for name, value in given.items() if value is not None}


class Parameters(_Asked):
    """What is said beside a tensor or a request; what is unknown is ignored."""

    binary_data_size: int | None = Field(None, ge=0, description="Bytes behind the JSON.")
    binary_data: bool | None = Field(None, description="Whether to send this output as bytes.")
    binary_data_output: bool = Field(False, description="Whether to send all outputs so.")


class Tensor(_Asked):
    """A tensor of a request or of an answer."""

    name: str = Field(description="As the model's metadata has it.")
    datatype: str = Field(description="UINT8, FP32 or BYTES.")
    shape: list[int] = Field(description="Its length in each dimension.")
    parameters: Parameters = Field(Parameters(), description="Where its values are.")
    data: list[Any] | None = Field(None, description="Its values, nested or flat, if not behind.")


class WantedOutput(_Asked):
    """An output that a request names."""

    name: str = Field(description="As the model's metadata has it.")
    parameters: Parameters = Field(Parameters(), description="How to send it.")


class InferenceRequest(_Asked):
    """The JSON of a request: one input, and the outputs that are wanted."""

    id: str = Field("", description="Comes back with the answer.")
    parameters: Parameters = Field(Parameters(), description="How to send the outputs.")
    inputs: list[Tensor] = Field(min_length=1, max_length=1, description="`image` or `file`.")
    outputs: list[WantedOutput] = Field([], description="All, if none is named.")


class InferenceResponse(BaseModel):
    """The JSON of an answer."""

    id: str = Field("", description="That of the request.")
    model_name: str = Field(description="The model that answered.")
    model_version: str = Field(description="Its version.")
    outputs: list[Tensor] = Field(description="One value for each picture, in their order.")


class ServerMetadata(BaseModel):
    """What serves."""

    name: str = Field(description="The server's.")
    version: str = Field(description="The server's.")
    extensions: list[str] = Field(description="What it knows beyond the protocol.")


class TensorMetadata(BaseModel):
    """What a model takes or gives."""

    name: str = Field(description="To be used in requests.")
    datatype: str = Field(description="UINT8, FP32 or BYTES.")
    shape: list[int] = Field(description="-1 stands for any number of pictures.")


class ModelMetadata(BaseModel):
    """What a model takes and gives."""

    name: str = Field(description="To be used in paths.")
    versions: list[str] = Field(description="The one that is served.")
    platform: str = Field(description="What the model is a file of.")
    inputs: list[TensorMetadata] = Field(description="It takes one of them.")
    outputs: list[TensorMetadata] = Field(description="It gives all of them.")


class Live(BaseModel):
    """Whether the process answers."""

    live: bool = Field(description="True.")


class Ready(BaseModel):
    """Whether it can be given work."""

    ready: bool = Field(description="True; else the answer is 503.")


def parse(body: bytes, json_length: str | None) -> tuple[InferenceRequest, bytes]:
    """A request's JSON, and the bytes behind it; ``json_length`` is the header's value.

    Raises:
        MalformedInference: it is no such request.
    """
    if json_length is not None and not re.fullmatch("[0-9]{1,10}", json_length):
        raise MalformedInference(f"{HEADER} is not a number of bytes.")
    end = len(body) if json_length is None else int(json_length)
    try:
        request = InferenceRequest.model_validate_json(body[:end].removeprefix(BYTE_ORDER_MARK))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "it"
        raise MalformedInference(f"Not an inference request: {place}: {first['msg']}.") from error
    tensor = request.inputs[0]
    said = tensor.parameters.binary_data_size or 0
    if said != len(body[end:]) or (tensor.data is None) == (said == 0):
        raise MalformedInference("Send the values either as data, or as bytes behind the JSON.")
    return request, body[end:]


def respond(
    request: InferenceRequest, model: ModelName, outputs: Mapping[str, NDArray[Any]]
) -> tuple[bytes, int | None]:
    """The body of an answer, and the length of its JSON if bytes follow it.

    ``outputs`` are float32 or strings, ``[n]``.

    Raises:
        MalformedInference: an output is wanted that there is not.
    """
    answered, binary = [], b""
    for wanted in request.outputs or [WantedOutput(name=name) for name in outputs]:
        if wanted.name not in outputs:
            raise MalformedInference(f"There is no output '{wanted.name}'.")
        values, behind = outputs[wanted.name], wanted.parameters.binary_data
        behind = request.parameters.binary_data_output if behind is None else behind
        data = tensors.pack(values) if behind else b""
        binary += data
        answered.append(
            Tensor(
                name=wanted.name,
                datatype=tensors.datatype(values),
                shape=[len(values)],
                parameters=Parameters(binary_data_size=len(data)) if behind else Parameters(),
                data=None if behind else values.tolist(),
            )
        )
    head = InferenceResponse(
        id=request.id,
        model_name=model.name,
        model_version=str(model.version),
        outputs=answered,
    )
    text = head.model_dump_json(exclude_none=True, exclude_defaults=True).encode()
    return text + binary, len(text) if binary else None
