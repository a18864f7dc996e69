"""What the routes take from the application."""

from typing import Annotated

from fastapi import Depends, Request

from service.admission import Admission
from service.detector import Analysis, Detector
from service.hangup import unless_gone
from service.metrics import count_prediction
from service.uploads import read_upload


def _detector(request: Request) -> Detector:
    detector: Detector = request.app.state.detector
    return detector


async def analyse_upload(request: Request) -> Analysis:
    """Score the picture that a request brings, if there is room for it and somebody waits.

    Raises:
        UploadError, ImageError, Overloaded, ClientGone
    """
    state = request.app.state
    admission: Admission = state.admission
    detector: Detector = state.detector
    async with admission.admit():
        data = await read_upload(request, state.settings.max_body_bytes)
        analysis = await unless_gone(request, detector.analyse(data))
    count_prediction(analysis.prediction)
    return analysis


TheDetector = Annotated[Detector, Depends(_detector)]
UploadAnalysis = Annotated[Analysis, Depends(analyse_upload)]
