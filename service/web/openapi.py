"""The OpenAPI document: what FastAPI cannot see added, and what does not hold here left out."""

from typing import Any

from fastapi import FastAPI

from service.web.inference import InferenceRequest

IN_COMPONENTS = "#/components/schemas/{model}"


def reference(schema: type) -> dict[str, str]:
    """How a body that is parsed by hand refers to its schema."""
    return {"$ref": IN_COMPONENTS.format(model=schema.__name__)}


def install(app: FastAPI, *, with_keys: bool) -> None:
    """Complete the document of ``app``; without keys, it asks for none."""
    made_by_fastapi = app.openapi

    def complete() -> dict[str, Any]:
        document = made_by_fastapi()
        components = document["components"]
        components["schemas"] = {**_inference_schemas(), **components["schemas"]}
        if not with_keys:
            components.pop("securitySchemes", None)
            _drop_security(document["paths"])
        return document

    app.openapi = complete  # type: ignore[method-assign]


def _inference_schemas() -> dict[str, Any]:
    schema = InferenceRequest.model_json_schema(ref_template=IN_COMPONENTS)
    return {**schema.pop("$defs"), InferenceRequest.__name__: schema}


def _drop_security(paths: dict[str, Any]) -> None:
    for path in paths.values():
        for operation in path.values():
            operation.pop("security", None)
