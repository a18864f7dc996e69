"""The upload page: a plain form; the answer comes with the page, without any script."""

import base64
import io
from pathlib import Path
from typing import Any

import anyio.to_thread
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from fastapi.templating import Jinja2Templates
from PIL import Image

from service.detector import Analysis, Detector
from service.errors import ImageError, RateLimited, Unauthorized, Unavailable, UploadError
from service.imaging import Pixels
from service.routes.access import BEARER, HEADER, enter
from service.routes.dependencies import TheDetector, analyse_upload

PREVIEW_SIDE = 640

router = APIRouter(include_in_schema=False)
templates = Jinja2Templates(Path(__file__).parent.parent / "templates")


@router.get("/")
async def show(request: Request, detector: TheDetector) -> HTMLResponse:
    """The empty form."""
    return _page(request, detector)


@router.post("/")
async def answer(request: Request, detector: TheDetector) -> HTMLResponse:
    """The form with the answer to what was uploaded, or with what is wrong with it."""
    try:
        await enter(request, await BEARER(request), await HEADER(request))
        analysis = await analyse_upload(request)
    except (UploadError, ImageError, Unavailable, Unauthorized, RateLimited) as error:
        page = _page(request, detector, status=error.status, error=error)
        page.headers.update(error.headers)
        return page
    preview = await anyio.to_thread.run_sync(_preview, analysis.picture.pixels)
    return _page(request, detector, analysis=analysis, preview=preview)


def _page(
    request: Request,
    detector: Detector,
    *,
    status: int = 200,
    analysis: Analysis | None = None,
    preview: str = "",
    error: Exception | None = None,
) -> HTMLResponse:
    context: dict[str, Any] = {
        "manifest": detector.model.manifest,
        "prediction": analysis.prediction if analysis else None,
        "preview": preview,
        "error": error,
    }
    return templates.TemplateResponse(request, "index.html", context, status_code=status)


def _preview(pixels: Pixels) -> str:
    """A small JPEG as a data URL: upright, without metadata, held by the page alone."""
    image = Image.fromarray(pixels)
    image.thumbnail((PREVIEW_SIDE, PREVIEW_SIDE))
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=85)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode()
