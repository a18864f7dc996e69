"""``GET /model``: which model is served, how good it is, and who may vouch for credentials."""

from fastapi import APIRouter

from service.provenance import trust
from service.scoring.schemas import Served
from service.web.routes.dependencies import TheDetector

router = APIRouter(tags=["model"])


@router.get("/model", response_model_exclude_unset=True)
async def model(detector: TheDetector) -> Served:
    """The served artifact's own description, with its results on the test split by source."""
    described = detector.model.manifest.model_dump(exclude_unset=True)
    return Served(**described, trust_lists=trust.lists_date())
