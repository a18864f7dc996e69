"""OpenVINO as the engine: small, quick to start, on processors alone."""

from collections.abc import Sequence
from pathlib import Path
from queue import SimpleQueue

from service.errors import ArtifactError
from service.model import openvino_graph
from service.model.engine import OUTPUTS, Engine, Outputs, Signature
from service.model.manifest import Manifest
from service.pictures.imaging import Pixels
from service.pictures.quiet_openvino import openvino as ov

PART = 1  # image in a call: several hardly gain, and each size is a graph that has to be compiled


def load(folder: Path, manifest: Manifest, _max_batch: int, cores: int) -> Engine:
    """The graph in ``folder``. A heatmap costs so little that each score brings one along.

    Raises:
        ArtifactError: it is damaged, or does not fit ``manifest``.
    """
    graph = _read(folder, manifest)
    graph.reshape([PART, *manifest.input_shape])
    call = _compiled(graph, cores)
    return Engine(score=call, explain=call, sizes=(PART,), workers=cores)


def _read(folder: Path, manifest: Manifest) -> ov.Model:
    try:
        graph = openvino_graph.read(folder)
    except Exception as error:  # its frontend raises many kinds on a damaged graph
        reason = " ".join(str(error).split())
        raise ArtifactError(f"{folder}: OpenVINO cannot load it: {reason}") from error
    shape = ov.PartialShape([-1, *manifest.input_shape])
    inputs = [(it.names, it.partial_shape, it.element_type) for it in graph.inputs]
    outputs = {name for it in graph.outputs for name in it.names}
    if inputs != [({"image"}, shape, ov.Type.u8)] or outputs != OUTPUTS["explain"]:
        raise ArtifactError(f"{folder}: the signature explain does not fit model.json")
    return graph


def _compiled(graph: ov.Model, cores: int) -> Signature:
    """For processors, with a core for each call."""
    settings = {
        "INFERENCE_NUM_THREADS": cores,
        "NUM_STREAMS": cores,
        "INFERENCE_PRECISION_HINT": "f32",  # else some processors take half, and scores move
        "ENABLE_CPU_PINNING": False,  # two processes would pin themselves to the same cores
    }
    compiled = ov.Core().compile_model(graph, "CPU", settings)
    names = sorted(name for output in compiled.outputs for name in output.names)
    return _taking_turns([compiled.create_infer_request() for _ in range(cores)], names)


def _taking_turns(requests: Sequence[ov.InferRequest], names: Sequence[str]) -> Signature:
    """A request holds one call's images: each is lent to one caller at a time."""
    free = SimpleQueue[ov.InferRequest]()
    for request in requests:
        free.put(request)

    def call(images: Pixels) -> Outputs:
        request = free.get()
        try:
            results = request.infer([images])
            return {name: results[name] for name in names}
        finally:
            free.put(request)

    return call
