"""YuNet, the face detector's network: pixels to boxes (Wu et al. 2023, "YuNet: A Tiny
Millisecond-level Face Detector").

OpenVINO runs it in a third of the time that OpenCV takes for the same file and the same boxes.
"""

import threading

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
    "INFERENCE_NUM_THREADS": 1,
    "INFERENCE_PRECISION_HINT": "f32",  # else some processors take half, and boxes move
    "CPU_RUNTIME_CACHE_CAPACITY": 0,  # or each size of picture, of hundreds, would keep megabytes
}

Rows = NDArray[np.float32]


class YuNet:
    """The network in ``data``, an ONNX file's bytes; each thread gets one of its own.

    Threads could share one, but what it takes to hand a picture over is a quarter of the time.
    """

    def __init__(self, data: bytes) -> None:
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
        # Set up by one thread: two that hand OpenVINO its first array together wait for ever.
        openvino.Type.u8.to_dtype()

    def detect(self, pixels: Pixels) -> Rows:
        """The faces in uint8 RGB ``[h, w, 3]``, the surest first: float32 ``[n, 15]``.

        Each row is a box (x, y, width, height), x and y of five landmarks (eyes, nose, corners of
        the mouth), and a score of at least ``MIN_SCORE``; all but that in pixels.
        """
        image = _padded(pixels)
        said = self._request().infer([image[None]], share_inputs=True, share_outputs=True)
        maps = {name: values[0] for names, values in said.to_dict().items() for name in names.names}
        columns = image.shape[1]
        rows = np.concatenate([_rows(maps, stride, columns // stride) for stride in STRIDES])
        boxes = rows[:, :4].astype(np.int32).tolist()
        kept = cv2.dnn.NMSBoxes(boxes, rows[:, 14].tolist(), MIN_SCORE, MAX_OVERLAP)
        return rows[np.ravel(kept).astype(np.int64)]

    def prepare(self) -> None:
        """Make this thread's network, which takes a quarter of a second."""
        self._request()

    def _request(self) -> openvino.InferRequest:
        if not hasattr(self._local, "request"):
            compiled = self._core.compile_model(self._network, "CPU", SETTINGS)
            self._local.request = compiled.create_infer_request()
        request: openvino.InferRequest = self._local.request
        return request


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
