"""``GET /model``: which model is served and how good it is."""

from fastapi import APIRouter

from service.model.manifest import Manifest
from service.web.routes.dependencies import TheDetector

router = APIRouter(tags=["model"])


@router.get("/model", response_model_exclude_unset=True)
async def model(detector: TheDetector) -> Manifest:
    """The served artifact's own description, with its results on the test split by source."""
    return detector.model.manifest
