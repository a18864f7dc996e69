"""Whether the process lives, and whether it can be given work."""

from fastapi import APIRouter

from service.schemas import Health

router = APIRouter(tags=["health"])


@router.get("/healthz")
async def healthz() -> Health:
    """Liveness: the process answers."""
    return Health(status="ok")


@router.get("/readyz")
async def readyz() -> Health:
    """Readiness: the model is loaded and warm, since the server listens only after that."""
    return Health(status="ready")
