"""``create_app(settings)``: wires the parts; the model is loaded while the server listens."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from pathlib import Path

from asgi_correlation_id import CorrelationIdMiddleware
from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from fastapi_offline import FastAPIOffline

from service.scoring import versions
from service.scoring.detector import Detector
from service.settings import Settings
from service.web import cors, openapi, problems, tracing
from service.web.admission import Admission
from service.web.gate import Gate
from service.web.headers import SafeHeaders
from service.web.keys import Keys
from service.web.logs import RequestLog, log_to_stdout
from service.web.one_form import OneForm
from service.web.quota import Quota
from service.web.redirects import RelativeRedirects
from service.web.routes import docs, health, inference_v2, model, page, predict
from service.web.routes import metrics as metrics_route
from service.web.visit import Patience

DESCRIPTION = """
Tells real from fake face pictures. `fake_probability` is calibrated (0 real, 1 fake); `verdict`
is the answer at stated error rates, and may be `uncertain`. Every error is
`application/problem+json` with a stable `code`.
"""


def create_app(settings: Settings) -> FastAPI:
    """The service as an ASGI application; it opens the model when the server starts it."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        log_to_stdout()
        app.state.opening = asyncio.create_task(_open(app, settings))
        yield
        app.state.opening.cancel()

    app = FastAPIOffline(
        title="Deepfake detector",
        description=DESCRIPTION,
        version=version("deepfake-detector"),
        lifespan=lifespan,
        docs_url=None,  # our own, without inline script
        redoc_url=None,
        servers=[{"url": "."}],  # beside the document, whatever prefix that is under
        telemetry=tracing.CONFIG,
    )
    app.state.settings = settings
    patience = Patience(settings.upload_seconds, settings.stall_seconds, settings.deadline_seconds)
    app.state.admission = Admission(settings.queue_limit, patience)
    app.state.keys = Keys(settings.api_keys) if settings.api_keys else None
    app.state.quota = Quota(settings.rate_limit) if settings.rate_limit else None
    problems.install(app)
    app.add_middleware(Gate, admission=app.state.admission, routes=predict.router.routes)
    app.add_middleware(RelativeRedirects)
    if settings.cors_origins:
        cors.install(app, settings.cors_origins)
    app.add_middleware(SafeHeaders)
    app.add_middleware(RequestLog)
    app.add_middleware(CorrelationIdMiddleware)
    app.add_middleware(OneForm)
    for routes in (predict, model, health, inference_v2, metrics_route, page, docs):
        app.include_router(routes.router)
    openapi.install(app, with_keys=bool(settings.api_keys))
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"), name="static")
    return app


async def _open(app: FastAPI, settings: Settings) -> None:
    """Load the model, let requests in, and look out for newer versions."""
    app.state.detector = await asyncio.to_thread(Detector.from_settings, settings)
    app.state.admission.open()
    if settings.model_poll_seconds:
        await versions.follow(app.state.detector, settings)
