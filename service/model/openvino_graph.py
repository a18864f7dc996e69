"""The graph of an artifact as OpenVINO reads it, with all that it computes.

Of a SavedModel OpenVINO knows what is served by default alone, and that is without a heatmap. So
it is given a graph of its own, which training writes, and which lies where it looks for the
weights: beside them, as a checkpoint of TensorFlow has it. It is taught what it does not know of
the operations that a gradient is made of.
"""

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from service.model.silence import no_stderr
from service.pictures.quiet_openvino import ConversionExtension, FrontEndManager, NodeContext
from service.pictures.quiet_openvino import openvino as ov
from service.pictures.quiet_openvino import opset13 as ops

PLACE = Path("variables/variables.meta")
Results = list[ov.Output]


def read(folder: Path) -> ov.Model:
    """What ``explain`` of the version folder ``folder`` computes, for any number of images."""
    frontend = FrontEndManager().load_by_framework("tf")
    for name, rule in RULES.items():
        frontend.add_extension(ConversionExtension(name, rule))
    with no_stderr():  # where it complains of each format that the file turns out not to have
        graph = frontend.load(str(folder / PLACE))
    return frontend.convert(graph)


def _reduced_axes(node: NodeContext) -> Results:
    """BroadcastGradientArgs: of two shapes, the axes along which each was repeated.

    An axis of one that stays so is among them: its sum is itself.
    """
    shapes = [_whole(node.get_input(it)) for it in (0, 1)]
    longest = max(_length(it) for it in shapes)
    return [_where_one(it, longest - _length(it)) for it in shapes]


def _where_one(shape: ov.Node, missing: int) -> ov.Output:
    full = ops.concat([_constant([1] * missing), shape], 0) if missing else shape
    axes = ops.non_zero(ops.equal(full, _constant([1])), "i32")
    return ops.reshape(axes, _constant([-1]), special_zero=False).output(0)


def _offsets(node: NodeContext) -> Results:
    """ConcatOffset: where in a concatenation along an axis each of these shapes begins."""
    shapes = [_whole(node.get_input(it)) for it in range(1, node.get_input_size())]
    axes = _constant(range(_length(shapes[0])))
    along = ops.convert(ops.equal(axes, _whole(node.get_input(0))), "i32")
    begins, results = ops.multiply(along, _constant([0])), Results()
    for shape in shapes:
        results.append(begins.output(0))
        begins = ops.add(begins, ops.multiply(along, shape))
    return results


def _rectified(node: NodeContext) -> Results:
    """ReluGrad: the gradient, where the output was not cut off."""
    gradient, output = (node.get_input(it) for it in (0, 1))
    passed = ops.greater(output, ops.convert_like(_constant([0]), output))
    return [ops.multiply(gradient, ops.convert_like(passed, gradient)).output(0)]


RULES = {
    "BroadcastGradientArgs": _reduced_axes,
    "ConcatOffset": _offsets,
    "ReluGrad": _rectified,
}


def _whole(value: ov.Output) -> ov.Node:
    return ops.convert(value, "i32")


def _length(shape: ov.Node) -> int:
    length: int = shape.output(0).partial_shape[0].get_length()
    return length


def _constant(numbers: Iterable[int]) -> ov.Node:
    return ops.constant(np.array(list(numbers), np.int32))
