"""The page: a plain form, and the answer as a card; its scripts ask for the same cards."""

import base64
import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import anyio.to_thread
from asgi_correlation_id import correlation_id
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from fastapi.templating import Jinja2Templates
from PIL import Image

from service.errors import BodyTooLarge, DeepfakeError, ImageError
from service.model import figures
from service.model.manifest import Manifest
from service.pictures.imaging import Pixels
from service.provenance import trust
from service.scoring.detector import Analysis
from service.scoring.schemas import PredictionResponse
from service.web.refusals import RateLimited, Unauthorized, Unavailable, UploadError
from service.web.routes.access import BEARER, HEADER, enter
from service.web.routes.dependencies import analyse_upload

PREVIEW_SIDE = 960

router = APIRouter(include_in_schema=False)
templates = Jinja2Templates(Path(__file__).parent.parent / "templates")
templates.env.trim_blocks = templates.env.lstrip_blocks = True
templates.env.filters["percent"] = figures.shown


@router.get("/")
async def show(request: Request) -> HTMLResponse:
    """The empty form."""
    return _page(request)


@router.post("/")
async def answer(request: Request) -> HTMLResponse:
    """The form with the answer to what was uploaded, or with what is wrong with it."""
    try:
        await enter(request, await BEARER(request), await HEADER(request))
        analysis = await analyse_upload(request, explain=True)
    except (UploadError, BodyTooLarge, ImageError, Unavailable, Unauthorized, RateLimited) as error:
        page = _page(request, error=error)
        page.headers.update(error.headers)
        return page
    preview = await anyio.to_thread.run_sync(_preview, analysis.picture.pixels)
    return _page(request, **_card(request, analysis), preview=preview)


def _page(request: Request, error: DeepfakeError | None = None, **card: Any) -> HTMLResponse:
    """The page; before the model is loaded, without its figures."""
    context = {
        "manifest": _manifest(request),
        "trust_lists": trust.lists_date(),
        "max_bytes": request.app.state.settings.max_body_bytes,
        "error": error,
        **card,
    }
    status = error.status if error else 200
    return templates.TemplateResponse(request, "index.html", context, status_code=status)


def _card(request: Request, analysis: Analysis) -> dict[str, Any]:
    """What the card of an answer shows."""
    prediction, manifest = analysis.prediction, _manifest(request)
    request_id = correlation_id.get() or ""
    answer = PredictionResponse(**dict(prediction), request_id=request_id)
    return {
        "prediction": answer,
        "json": answer.model_dump_json(indent=2),
        "meaning": manifest and figures.meaning(prediction.fake_probability, manifest),
        "time": datetime.now(UTC),
    }


def _manifest(request: Request) -> Manifest | None:
    detector = getattr(request.app.state, "detector", None)
    return detector.model.manifest if detector else None


def _preview(pixels: Pixels) -> str:
    """A small JPEG as a data URL: upright, without metadata, held by the page alone."""
    image = Image.fromarray(pixels)
    image.thumbnail((PREVIEW_SIDE, PREVIEW_SIDE))
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=85)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode()
