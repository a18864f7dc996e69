"""A newer version of the model takes over without a restart."""

import asyncio
import logging

from service.errors import ArtifactError, ThresholdsError
from service.model.loaded import Model
from service.model.manifest import newest
from service.scoring.detector import Detector
from service.settings import Settings

LOGGER = logging.getLogger(__name__)


async def follow(detector: Detector, settings: Settings) -> None:
    """Serve the highest version in the model's folder, looked for every so many seconds.

    It takes over whole: a picture is seen, scored and judged by one version. One that cannot be
    loaded is refused and said so once, the one that serves goes on, and the next look tries again.
    So is one with other weights where own thresholds are in force: they would not hold for it.
    """
    refused = ""
    while True:
        await asyncio.sleep(settings.model_poll_seconds)
        try:
            folder = newest(settings.model)
            if folder.name == str(detector.model.manifest.version):
                continue
            own = detector.model.own
            model = await asyncio.to_thread(Model, folder, settings.batch_size, settings.cores, own)
            detector.swap(model)
        except (ArtifactError, ThresholdsError) as error:
            if str(error) != refused:
                LOGGER.error("model refused", extra={"reason": str(error)})  # noqa: TRY400
            refused = str(error)
        else:
            LOGGER.info("model served", extra={"version": detector.model.manifest.version})
