"""A picture's outcome as a row: the columns of the output."""

from typing import Any

import pyarrow as pa

from service.errors import BodyTooLarge, DeepfakeError, ImageError
from service.model.manifest import Manifest
from service.pictures.names import shown
from service.scoring.schemas import Prediction

# In `error`, beside the codes that the API has for a picture.
UNREADABLE = "unreadable_file"
INTERNAL = DeepfakeError.code

_BOX = pa.struct([(side, pa.int32()) for side in ("x", "y", "width", "height")])
_FACE = pa.struct(
    [
        ("box", _BOX),
        ("detection_score", pa.float64()),
        ("fake_probability", pa.float64()),
        ("verdict", pa.string()),
    ]
)
SCHEMA = pa.schema(
    [
        pa.field("path", pa.string(), nullable=False),
        pa.field("sha256", pa.string()),
        pa.field("verdict", pa.string()),
        pa.field("reason", pa.string()),
        pa.field("label", pa.string()),
        pa.field("fake_probability", pa.float64()),
        pa.field("confidence", pa.float64()),
        pa.field("faces", pa.list_(_FACE)),
        pa.field("warnings", pa.list_(pa.string())),
        pa.field("error", pa.string()),
        pa.field("detail", pa.string()),
        pa.field("model", pa.string(), nullable=False),
        pa.field("model_version", pa.int32(), nullable=False),
    ]
)
_ANSWERED = {*SCHEMA.names, "p_value"} - {"model"}  # in a prediction it is another thing

# Of a model with the operator's own thresholds alone.
_P_VALUE = pa.field("p_value", pa.float64())

Row = dict[str, Any]


def scored(path: str, prediction: Prediction) -> Row:
    """The row of a picture that has an answer, which is the API's."""
    return {
        "path": path,
        "sha256": prediction.image.sha256,
        **prediction.model_dump(mode="json", include=_ANSWERED),
    }


def failed(path: str, error: Exception, otherwise: str) -> Row:
    """The row of one that has none: the code is the API's or, of what it has none for, another."""
    code = error.code if isinstance(error, ImageError | BodyTooLarge) else otherwise
    detail = error.strerror if isinstance(error, OSError) else None
    detail = shown(detail or str(error) or type(error).__name__)
    return {"path": path, "error": code, "detail": detail}


def table(rows: list[Row], manifest: Manifest) -> pa.Table:
    """The rows, each with the model that made it, as ``SCHEMA`` has it.

    Where own thresholds are in force, with a column ``p_value`` more.
    """
    model = {"model": manifest.name, "model_version": manifest.version}
    schema = SCHEMA.append(_P_VALUE) if manifest.own_thresholds else SCHEMA
    return pa.Table.from_pylist([{**row, **model} for row in rows], schema)
