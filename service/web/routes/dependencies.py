"""What the routes take from the application."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Query, Request
from starlette.types import Message

from service import metrics
from service.errors import ImageError
from service.scoring.detector import Analysis, Detector
from service.web.admission import Admission
from service.web.hangup import unless_gone
from service.web.refusals import ModelNotReady
from service.web.tracing import trace_stages
from service.web.uploads import Upload, read_upload, read_uploads

Body = TypeVar("Body")
Result = TypeVar("Result")


def _admission(request: Request) -> Admission:
    admission: Admission = request.app.state.admission
    return admission


def _detector(request: Request) -> Detector:
    if not hasattr(request.app.state, "detector"):
        raise ModelNotReady("The model is still being loaded.")
    detector: Detector = request.app.state.detector
    return detector


async def handle(
    request: Request,
    read: Callable[[Request, int], Awaitable[Body]],
    work: Callable[[Body], Coroutine[Any, Any, Result]],
) -> Result:
    """Read what a request brings and ``work`` on it, if there is room and somebody waits.

    Raises:
        Unavailable, BodyTooSlow, ClientGone; and what ``read`` and ``work`` raise.
    """
    state = request.app.state
    admission: Admission = state.admission
    async with admission.admit() as visit:

        async def receive() -> Message:
            message = await request.receive()
            visit.came(len(message.get("body", b"")))
            return message

        body = await read(Request(request.scope, receive), state.settings.max_body_bytes)
        visit.received()
        return await unless_gone(request, work(body))


async def analyse_upload(request: Request, explain: bool = False) -> Analysis:
    """Score the picture that a request brings, with heatmaps if they are to ``explain`` it.

    Raises:
        UploadError, ImageError, Unavailable, ClientGone
    """

    async def work(upload: Upload) -> Analysis:
        return await analyse(request, upload.data, explain, upload.name)

    return await handle(request, read_upload, work)


async def analyse_uploads(request: Request) -> list[Analysis | ImageError]:
    """Score the pictures that a request brings; what is wrong with one is wrong with it alone.

    Raises:
        UploadError, Unavailable, ClientGone
    """

    async def analyse_one(upload: Upload) -> Analysis | ImageError:
        try:
            return await analyse(request, upload.data, name=upload.name)
        except ImageError as error:
            return error

    async def work(files: list[Upload]) -> list[Analysis | ImageError]:
        return await asyncio.gather(*map(analyse_one, files))

    return await handle(request, read_uploads, work)


async def analyse(request: Request, data: bytes, explain: bool = False, name: str = "") -> Analysis:
    """Score one picture, and tell those who watch."""
    analysis = await _detector(request).analyse(data, explain, name)
    it = analysis.prediction
    metrics.count_answer(it.verdict, it.fake_probability, it.timing_ms.model_dump())
    trace_stages(it.timing_ms)
    return analysis


async def _upload_analysis(
    request: Request,
    explain: Annotated[bool, Query(description="Whether to add the heatmaps.")] = False,
) -> Analysis:
    return await analyse_upload(request, explain)


TheAdmission = Annotated[Admission, Depends(_admission)]
TheDetector = Annotated[Detector, Depends(_detector)]
UploadAnalysis = Annotated[Analysis, Depends(_upload_analysis)]
UploadAnalyses = Annotated[list[Analysis | ImageError], Depends(analyse_uploads)]
