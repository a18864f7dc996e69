"""Who may have a picture scored, and how often; asked before the picture is read."""

from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer

from service.web.headers import ANSWER_HEADERS
from service.web.keys import Keys, digest
from service.web.quota import Quota
from service.web.refusals import Unauthorized

BEARER = HTTPBearer(auto_error=False, description="An API key, where the service asks for one.")
HEADER = APIKeyHeader(name="X-API-Key", auto_error=False, description="The same.")


async def enter(
    request: Request,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Security(BEARER)],
    header: Annotated[str | None, Security(HEADER)],
) -> None:
    """Let a request in that has a key, if keys are asked for, and has not come too often.

    Raises:
        Unauthorized, RateLimited
    """
    caller = _caller(request, bearer.credentials if bearer else header)
    quota: Quota | None = request.app.state.quota
    if quota is not None:
        setattr(request.state, ANSWER_HEADERS, quota.take(caller))


def _caller(request: Request, key: str | None) -> str:
    """Whose request it is: a key's, or an address's."""
    keys: Keys | None = request.app.state.keys
    if keys is None:
        return request.client.host if request.client else ""
    if key is None or not keys.knows(key):
        raise Unauthorized("Send an API key that the service knows, as Bearer or X-API-Key.")
    return digest(key)


ENTRANCE = Depends(enter)
