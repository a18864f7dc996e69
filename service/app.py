"""``create_app(settings)``: wires the parts; the lifespan loads and warms the model."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from pathlib import Path

from asgi_correlation_id import CorrelationIdMiddleware
from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from fastapi_offline import FastAPIOffline

from service import metrics, problems
from service.admission import Admission
from service.detector import Detector
from service.logs import RequestLog, log_to_stdout
from service.routes import health, model, page, predict
from service.routes import metrics as metrics_route
from service.settings import Settings
from service.startup import OneLineStartupError

DESCRIPTION = """
Tells real from fake face pictures. `fake_probability` is calibrated (0 real, 1 fake); `verdict`
is the answer at stated error rates, and may be `uncertain`. Every error is
`application/problem+json` with a stable `code`.
"""


def create_app(settings: Settings) -> FastAPI:
    """The service as an ASGI application; it opens the model when the server starts it."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.detector = Detector.from_settings(settings)
        metrics.name_model(app.state.detector.model.manifest)
        log_to_stdout()
        app.state.admission = Admission(settings.queue_limit, settings.deadline_seconds)
        yield

    app = FastAPIOffline(
        title="Deepfake detector",
        description=DESCRIPTION,
        version=version("deepfake-detector"),
        lifespan=lifespan,
        redoc_url=None,
    )
    app.state.settings = settings
    problems.install(app)
    app.add_middleware(RequestLog)
    app.add_middleware(CorrelationIdMiddleware)
    app.add_middleware(OneLineStartupError)
    for routes in (predict, model, health, metrics_route, page):
        app.include_router(routes.router)
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"), name="static")
    return app
