"""The graph once more, with ``explain`` as what it serves: for OpenVINO, which reads no other.

It lies beside the weights, named as a checkpoint's graph is, since there OpenVINO looks for the
weights that a graph names. TensorFlow passes it by.
"""

from pathlib import Path

from tensorflow.core.framework.graph_pb2 import GraphDef
from tensorflow.core.protobuf.saved_model_pb2 import SavedModel

PLACE = Path("variables/variables.meta")


def write(folder: Path) -> None:
    """Add it to the SavedModel in ``folder``."""
    (graph,) = SavedModel.FromString((folder / "saved_model.pb").read_bytes()).meta_graphs
    graph.signature_def["serving_default"].CopyFrom(graph.signature_def["explain"])
    del graph.signature_def["explain"]
    _number_outputs(graph.graph_def)
    (folder / PLACE).write_bytes(graph.SerializeToString(deterministic=True))


def _number_outputs(graph: GraphDef) -> None:
    """Of BroadcastGradientArgs, whose outputs r0 and r1 each are the first of their name.

    The service teaches OpenVINO that operation, and what it is taught has numbers for outputs.
    """
    for function in graph.library.function:
        for node in function.node_def:
            for place, name in enumerate(node.input):
                if name.endswith(":r1:0"):
                    node.input[place] = name.removesuffix(":r1:0") + ":r0:1"
