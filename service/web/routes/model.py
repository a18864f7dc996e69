"""``GET /model``: which model is served, how good it is, and who may vouch for credentials."""

from fastapi import APIRouter
from pydantic import Field

from service.model.manifest import Manifest
from service.provenance import trust
from service.web.routes.dependencies import TheDetector

router = APIRouter(tags=["model"])


class Served(Manifest):
    """The served artifact's own description, and what is there beside it."""

    trust_lists: str | None = Field(
        description="Of which day the lists of those are who are trusted to sign content "
        "credentials; null without any."
    )


@router.get("/model", response_model_exclude_unset=True)
async def model(detector: TheDetector) -> Served:
    """The served artifact's own description, with its results on the test split by source."""
    described = detector.model.manifest.model_dump(exclude_unset=True)
    return Served(**described, trust_lists=trust.lists_date())
