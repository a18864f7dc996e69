"""The second graph: what `explain` computes as its default, and nothing for TensorFlow to see."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from tensorflow.core.protobuf.meta_graph_pb2 import MetaGraphDef
from tensorflow.core.protobuf.saved_model_pb2 import SavedModel

from service.model import openvino_graph
from service.model.loaded import Model
from tests.conftest import SHIPPED
from training.artifact import explain_graph


def test_it_lies_where_the_service_looks_for_it() -> None:
    assert explain_graph.PLACE == openvino_graph.PLACE


def test_it_serves_what_explain_computes() -> None:
    graph = MetaGraphDef.FromString((SHIPPED / explain_graph.PLACE).read_bytes())
    saved = SavedModel.FromString((SHIPPED / "saved_model.pb").read_bytes()).meta_graphs[0]
    assert graph.signature_def["serving_default"] == saved.signature_def["explain"]
    assert "explain" not in graph.signature_def


def test_only_outputs_that_have_a_name_each_are_called_otherwise() -> None:
    graph = MetaGraphDef.FromString((SHIPPED / explain_graph.PLACE).read_bytes()).graph_def
    saved = SavedModel.FromString((SHIPPED / "saved_model.pb").read_bytes()).meta_graphs[0]
    changed = 0
    for theirs, ours in zip(saved.graph_def.library.function, graph.library.function, strict=True):
        for before, after in zip(theirs.node_def, ours.node_def, strict=True):
            assert after.op == before.op
            renamed = [name.replace(":r1:0", ":r0:1") for name in before.input]
            assert list(after.input) == renamed
            changed += renamed != list(before.input)
    assert changed > 0


def test_every_export_has_it(exported: Path) -> None:
    assert (exported / explain_graph.PLACE).is_file()


def test_writing_it_again_changes_nothing(tmp_path: Path) -> None:
    again = Path(shutil.copytree(SHIPPED, tmp_path / SHIPPED.name))
    explain_graph.write(again)
    there, shipped = (
        MetaGraphDef.FromString((it / explain_graph.PLACE).read_bytes()) for it in (again, SHIPPED)
    )
    assert there == shipped


@pytest.mark.slow
def test_tensorflow_passes_it_by(tmp_path: Path) -> None:
    without = Path(shutil.copytree(SHIPPED, tmp_path / SHIPPED.name))
    (without / explain_graph.PLACE).unlink()
    images = np.full((1, *Model(without).manifest.input_shape), 90, np.uint8)
    both = [tf.saved_model.load(str(it)).signatures for it in (SHIPPED, without)]
    for name in ("serving_default", "explain"):
        first, second = (it[name](image=tf.constant(images)) for it in both)
        for output, values in first.items():
            assert np.array_equal(values, second[output]), output
