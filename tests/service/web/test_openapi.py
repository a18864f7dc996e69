"""The OpenAPI document: every field described, every error listed with an example, all true."""

from typing import Any

import httpx
import pytest

from service.scoring.schemas import PredictionResponse, Problem


@pytest.fixture(scope="module")
def document(server: str) -> dict[str, Any]:
    document: dict[str, Any] = httpx.get(f"{server}/openapi.json").json()
    return document


def test_every_route_is_documented(document: dict[str, Any]) -> None:
    assert set(document["paths"]) == {
        *("/predict", "/predict/batch", "/model", "/healthz", "/readyz"),
        *("/v2", "/v2/health/live", "/v2/health/ready"),
        *("/v2/models/{name}", "/v2/models/{name}/versions/{version}"),
        *("/v2/models/{name}/ready", "/v2/models/{name}/versions/{version}/ready"),
        *("/v2/models/{name}/infer", "/v2/models/{name}/versions/{version}/infer"),
    }
    for operations in document["paths"].values():
        for operation in operations.values():
            assert operation["description"]


def test_every_field_is_described(document: dict[str, Any]) -> None:
    for name, schema in document["components"]["schemas"].items():
        assert schema.get("description"), name
    prediction = document["components"]["schemas"]["PredictionResponse"]["properties"]
    bare = {"model", "image", "timing_ms", "provenance"}  # described by their own schemas
    for name in set(prediction) - bare:
        assert prediction[name].get("description"), name


def test_predict_takes_one_file(document: dict[str, Any]) -> None:
    body = document["paths"]["/predict"]["post"]["requestBody"]
    schema = body["content"]["multipart/form-data"]["schema"]
    assert schema["required"] == ["file"]
    assert schema["properties"]["file"]["format"] == "binary"


def test_predict_lists_every_error_with_a_valid_example(document: dict[str, Any]) -> None:
    responses = document["paths"]["/predict"]["post"]["responses"]
    assert set(responses) == {"200", "400", "401", "408", "413", "415", "422", "429", "500", "503"}
    codes = set()
    for status, response in responses.items():
        if status == "200":
            continue
        for code, example in response["content"]["application/problem+json"]["examples"].items():
            problem = Problem.model_validate(example["value"])
            assert (problem.code, str(problem.status)) == (code, status)
            codes.add(code)
    assert {"empty_file", "corrupt_image", "unsupported_format", "body_too_large"} <= codes


def test_the_example_answer_is_a_valid_answer(document: dict[str, Any]) -> None:
    example = document["components"]["schemas"]["PredictionResponse"]["example"]
    assert PredictionResponse.model_validate(example).model_dump(mode="json") == example
