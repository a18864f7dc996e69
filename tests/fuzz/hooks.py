"""What schemathesis cannot make up: pictures, and the model that is served."""

import base64
from typing import Any

import schemathesis
from hypothesis import strategies as st
from schemathesis import Case, HookContext
from schemathesis.core.parameters import ParameterLocation

from tests.conftest import SHIPPED
from tests.fuzz.mutate import CORPUS

SERVED = {"name": SHIPPED.parent.name, "version": SHIPPED.name}

schemathesis.openapi.format("binary", st.sampled_from(CORPUS))


@schemathesis.hook
def before_generate_path_parameters(
    context: HookContext, strategy: st.SearchStrategy[Any]
) -> st.SearchStrategy[Any]:
    """In half of the cases, the path that leads somewhere."""
    operation = context.operation
    assert operation
    names = [parameter.name for parameter in operation.path_parameters]
    return st.one_of(strategy, st.just({name: SERVED[name] for name in names}))


@schemathesis.hook
def before_call(_context: HookContext, case: Case[Any], _kwargs: dict[str, Any]) -> None:
    """What a schema cannot say.

    A body to infer from holds a picture. In a form all is bytes: whatever is in the field `file`
    is a file, and what is to be wrong must be wrong elsewhere.
    """
    body = case.meta and case.meta.components.get(ParameterLocation.BODY)
    if not body:
        return
    if body.mode.is_positive and case.path.endswith("/infer"):
        data = base64.b64encode(CORPUS[0]).decode()
        case.body = {
            "inputs": [{"name": "file", "datatype": "BYTES", "shape": [1], "data": [data]}]
        }
    elif body.mode.is_negative and case.path.endswith("/batch") and isinstance(case.body, dict):
        case.body = {f"no {name}": value for name, value in case.body.items()}
