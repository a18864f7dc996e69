"""``GET /docs``: the OpenAPI document to read and to try, from the service's own files alone."""

from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from fastapi.templating import Jinja2Templates

router = APIRouter(include_in_schema=False)
templates = Jinja2Templates(Path(__file__).parent.parent / "templates")


@router.get("/docs")
async def docs(request: Request) -> HTMLResponse:
    """Swagger UI."""
    return templates.TemplateResponse(request, "docs.html", {"title": request.app.title})
