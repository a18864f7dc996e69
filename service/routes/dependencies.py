"""What the routes take from the application."""

from typing import Annotated

from fastapi import Depends, Request

from service.detector import Detector
from service.uploads import read_upload


def _detector(request: Request) -> Detector:
    detector: Detector = request.app.state.detector
    return detector


async def _upload(request: Request) -> bytes:
    return await read_upload(request, request.app.state.settings.max_body_bytes)


TheDetector = Annotated[Detector, Depends(_detector)]
Upload = Annotated[bytes, Depends(_upload)]
