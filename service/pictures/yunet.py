"""YuNet, the face detector's network: pixels to boxes (Wu et al. 2023, "YuNet: A Tiny
Millisecond-level Face Detector").

OpenVINO runs it in a third of the time that OpenCV takes for the same file and the same boxes.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import cv2
import numpy as np
from numpy.typing import NDArray

from service.pictures.imaging import Pixels
from service.pictures.quiet_openvino import ColorFormat, PrePostProcessor, openvino

STRIDES = (8, 16, 32)  # of its three maps, in pixels
MIN_SCORE = 0.7
MAX_OVERLAP = 0.3  # of two boxes that are not the same face, as intersection over union

SETTINGS = {
    "NUM_STREAMS": 1,
    "INFERENCE_PRECISION_HINT": "f32",  # else some processors take half, and boxes move
    "ENABLE_CPU_PINNING": False,  # else all threads, and all processes, search on the same core
    "CPU_RUNTIME_CACHE_CAPACITY": 0,  # or each size of picture, of hundreds, would keep megabytes
}

Rows = NDArray[np.float32]


class YuNet:
    """The network in ``data``, an ONNX file's bytes; each thread gets one of its own.

    Threads could share one, but what it takes to hand a picture over is a quarter of the time.
    With several ``cores`` there is one more, which takes them all for a picture that is alone.
    """

    def __init__(self, data: bytes, cores: int = 1) -> None:
        self._core = openvino.Core()
        network = self._core.read_model(data)
        network.reshape([1, 3, -1, -1])
        prepared = PrePostProcessor(network)
        whole = prepared.input()
        whole.tensor().set_element_type(openvino.Type.u8).set_layout(openvino.Layout("NHWC"))
        whole.tensor().set_color_format(ColorFormat.RGB)
        whole.model().set_layout(openvino.Layout("NCHW"))
        whole.preprocess().convert_color(ColorFormat.BGR).convert_element_type(openvino.Type.f32)
        self._network = prepared.build()
        self._local = threading.local()
        self._widest = self._new_request(cores) if cores > 1 else None
        self._widest_is_taken = threading.Lock()
        # Set up by one thread: two that hand OpenVINO its first array together wait for ever.
        openvino.Type.u8.to_dtype()

    def detect(self, pixels: Pixels, alone: bool = False) -> Rows:
        """The faces in uint8 RGB ``[h, w, 3]``, the surest first: float32 ``[n, 15]``.

        Each row is a box (x, y, width, height), x and y of five landmarks (eyes, nose, corners of
        the mouth), and a score of at least ``MIN_SCORE``; all but that in pixels. They are the
        same for a picture that is ``alone``: it has all cores, unless another one has.
        """
        image = _padded(pixels)
        columns = image.shape[1]
        with self._request(alone) as request:
            said = request.infer([image[None]], share_inputs=True, share_outputs=True).to_dict()
            maps = {name: values[0] for names, values in said.items() for name in names.names}
            rows = np.concatenate([_rows(maps, stride, columns // stride) for stride in STRIDES])
        boxes = rows[:, :4].astype(np.int32).tolist()
        kept = cv2.dnn.NMSBoxes(boxes, rows[:, 14].tolist(), MIN_SCORE, MAX_OVERLAP)
        return rows[np.ravel(kept).astype(np.int64)]

    def prepare(self) -> None:
        """Make this thread's network, which takes a quarter of a second."""
        with self._request(alone=False):
            pass

    @contextmanager
    def _request(self, alone: bool) -> Iterator[openvino.InferRequest]:
        """This thread's network, or the widest; what that says holds until the next picture."""
        if alone and self._widest and self._widest_is_taken.acquire(blocking=False):
            try:
                yield self._widest
            finally:
                self._widest_is_taken.release()
            return
        if not hasattr(self._local, "request"):
            self._local.request = self._new_request(1)
        yield self._local.request

    def _new_request(self, threads: int) -> openvino.InferRequest:
        settings = {**SETTINGS, "INFERENCE_NUM_THREADS": threads}
        return self._core.compile_model(self._network, "CPU", settings).create_infer_request()


def _padded(pixels: Pixels) -> Pixels:
    """With black at the right and bottom, up to whole cells of the coarsest map."""
    height, width = pixels.shape[:2]
    below, beside = -height % STRIDES[-1], -width % STRIDES[-1]
    return np.asarray(cv2.copyMakeBorder(pixels, 0, below, 0, beside, cv2.BORDER_CONSTANT))


def _rows(maps: dict[str, Rows], stride: int, columns: int) -> Rows:
    """What one of the maps says, where it is sure enough: as ``YuNet.detect``, in any order."""
    classes, objects = maps[f"cls_{stride}"][:, 0], maps[f"obj_{stride}"][:, 0]
    scores = np.sqrt(np.clip(classes, 0, 1) * np.clip(objects, 0, 1))
    (cells,) = np.nonzero(scores >= MIN_SCORE)
    corner = np.stack([cells % columns, cells // columns], axis=1)
    box = maps[f"bbox_{stride}"][cells]
    size = np.exp(box[:, 2:])
    left_top = corner + box[:, :2] - size / 2
    landmarks = maps[f"kps_{stride}"][cells].reshape(-1, 5, 2) + corner[:, None]
    inside = np.concatenate([left_top, size, landmarks.reshape(-1, 10)], axis=1) * stride
    return np.concatenate([inside, scores[cells, None]], axis=1).astype(np.float32)
