"""Whether the process lives, and whether it can be given work."""

from fastapi import APIRouter

from service.scoring.schemas import Health
from service.web import problems, refusals
from service.web.routes.dependencies import TheAdmission

router = APIRouter(tags=["health"])


@router.get("/healthz")
async def healthz() -> Health:
    """Liveness: the process answers."""
    return Health(status="ok")


@router.get("/readyz", responses=problems.responses(refusals.ModelNotReady, refusals.Draining))
async def readyz(admission: TheAdmission) -> Health:
    """Readiness: the model is loaded and warm, and the service is not about to end."""
    admission.check()
    return Health(status="ready")
