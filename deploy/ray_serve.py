"""The service's own app as a Ray Serve application: replicas that come and go with the load.

    serve run deploy/ray-serve.yaml

Each replica is the whole service in a process of its own, with its model, its admission and its
cores; Ray's proxy stands before them. ``deploy/ray-serve.md`` says what Ray changes.
"""

import asyncio
from pathlib import Path

from fastapi import FastAPI
from pydantic import BaseModel, Field
from ray import serve
from ray.serve import Application
from ray.serve.config import AutoscalingConfig

from service.settings import Settings, read_settings
from service.web.app import create_app

ONGOING_OF_A_CORE = 4  # what keeps a core busy: with more, answers come later, and no more of them
HEALTH_SECONDS = 2.0  # how soon a replica that died is missed
SPARE_SECONDS = 5.0  # for what is under way when a replica is to end, beyond its longest


class Arguments(BaseModel, extra="forbid"):
    """What the application's ``args`` may say; all else is a DEEPFAKE_* variable."""

    cores: int = Field(2, gt=0, description="Cores of a replica.")
    min_replicas: int = Field(1, gt=0, description="Replicas that an idle service keeps.")
    max_replicas: int = Field(4, gt=0, description="Replicas that it may grow to.")


class Replica:
    """One process of the service; it is routed to once its model is warm."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def __serve_build_asgi_app__(self) -> FastAPI:
        """The app, made here, since it does not travel between processes."""
        self._service = create_app(self._settings)
        return self._service

    async def check_health(self) -> None:
        """Return once the model is warm; asked again while the replica lives.

        Raises:
            ArtifactError, FaceModelError, ThresholdsError: it cannot be loaded; Ray gives the
                replica up.
        """
        state = self._service.state
        while not (hasattr(state, "detector") or state.opening.done()):
            await asyncio.wait({state.opening}, timeout=0.1)
        if state.opening.done():
            state.opening.result()


def build(arguments: Arguments) -> Application:
    """The application that the arguments and the environment of this process ask for.

    Whom the proxy lets in the service cannot know, so it asks for keys, or for
    ``DEEPFAKE_ANONYMOUS=true``, as on any address that the network can reach.

    Raises:
        SettingsError: a variable cannot be used, or anyone could score by accident.
    """
    settings = read_settings(host="0.0.0.0", cores=arguments.cores)  # noqa: S104
    absolute = {name: it.absolute() for name, it in settings if isinstance(it, Path)}
    settings = settings.model_copy(update=absolute)  # a replica works in another folder
    deployment = serve.deployment(
        name="Replica",
        ray_actor_options={"num_cpus": arguments.cores},
        # Beyond its queue limit a replica still answers: with its own refusal, and at once.
        max_ongoing_requests=2 * settings.queue_limit,
        max_queued_requests=settings.queue_limit,
        health_check_period_s=HEALTH_SECONDS,
        graceful_shutdown_timeout_s=(
            settings.upload_seconds + settings.deadline_seconds + SPARE_SECONDS
        ),
        autoscaling_config=AutoscalingConfig(
            min_replicas=arguments.min_replicas,
            max_replicas=arguments.max_replicas,
            target_ongoing_requests=ONGOING_OF_A_CORE * arguments.cores,
        ),
    )
    return deployment(serve.ingress()(Replica)).bind(settings)
