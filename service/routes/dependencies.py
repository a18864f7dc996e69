"""What the routes take from the application."""

import asyncio
from typing import Annotated

from fastapi import Depends, Request

from service.admission import Admission
from service.detector import Analysis, Detector
from service.errors import ImageError
from service.hangup import unless_gone
from service.metrics import count_prediction
from service.uploads import read_upload, read_uploads


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


async def analyse_uploads(request: Request) -> list[Analysis | ImageError]:
    """Score the pictures that a request brings; what is wrong with one is wrong with it alone.

    Raises:
        UploadError, Overloaded, ClientGone
    """
    state = request.app.state
    admission: Admission = state.admission
    detector: Detector = state.detector

    async def analyse(data: bytes) -> Analysis | ImageError:
        try:
            analysis = await detector.analyse(data)
        except ImageError as error:
            return error
        count_prediction(analysis.prediction)
        return analysis

    async def analyse_all(files: list[bytes]) -> list[Analysis | ImageError]:
        return await asyncio.gather(*map(analyse, files))

    async with admission.admit():
        files = await read_uploads(request, state.settings.max_body_bytes)
        return await unless_gone(request, analyse_all(files))


TheDetector = Annotated[Detector, Depends(_detector)]
UploadAnalysis = Annotated[Analysis, Depends(analyse_upload)]
UploadAnalyses = Annotated[list[Analysis | ImageError], Depends(analyse_uploads)]
