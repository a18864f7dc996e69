"""KServe's InferenceService: its own fields by name and kind, its pod by Kubernetes' schema."""

import base64
from typing import Any

import httpx
import kubernetes_validate
import yaml
from pydantic import BaseModel, Field

from deploy.ray_serve import ONGOING_OF_A_CORE
from service.settings import Settings
from tests.conftest import ROOT
from tests.deploy.test_kubernetes import BASE, VERSIONS

SERVICE: dict[str, Any] = yaml.safe_load(
    (ROOT / "deploy" / "kserve" / "inferenceservice.yaml").read_text()
)
PREDICTOR: dict[str, Any] = SERVICE["spec"]["predictor"]
(CONTAINER,) = PREDICTOR["containers"]
(DEPLOYED,) = BASE["Deployment"]["spec"]["template"]["spec"]["containers"]


class Extension(BaseModel, extra="forbid"):
    """The fields used of KServe's ComponentExtensionSpec (serving.kserve.io/v1beta1)."""

    minReplicas: int = Field(ge=0)  # noqa: N815  # KServe's words
    maxReplicas: int = Field(ge=0)  # noqa: N815
    scaleMetric: str = Field(pattern="^(cpu|memory|concurrency|rps)$")  # noqa: N815
    scaleTarget: int = Field(gt=0)  # noqa: N815
    timeout: int = Field(gt=0)


def test_it_is_an_inference_service() -> None:
    assert (SERVICE["apiVersion"], SERVICE["kind"]) == (
        "serving.kserve.io/v1beta1",
        "InferenceService",
    )
    assert set(SERVICE) == {"apiVersion", "kind", "metadata", "spec"}
    assert set(SERVICE["spec"]) == {"predictor"}
    assert CONTAINER["name"] == "kserve-container"  # what KServe looks for


def test_its_fields_are_kserves_or_a_pods() -> None:
    own = {name: it for name, it in PREDICTOR.items() if name in Extension.model_fields}
    extension = Extension.model_validate(own)
    assert extension.minReplicas <= extension.maxReplicas
    spec = {name: it for name, it in PREDICTOR.items() if name not in own}
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "one"}, "spec": spec}
    for version in VERSIONS:
        kubernetes_validate.validate(pod, version, strict=True)


def test_it_is_the_container_of_the_deployment() -> None:
    for name in ("image", "imagePullPolicy", "resources"):
        assert CONTAINER[name] == DEPLOYED[name]
    assert DEPLOYED["securityContext"].items() <= CONTAINER["securityContext"].items()
    names = [variable["name"] for variable in CONTAINER["env"]]
    assert names == [variable["name"] for variable in DEPLOYED["env"]]
    cores = next(it["value"] for it in CONTAINER["env"] if it["name"] == "DEEPFAKE_CORES")
    assert cores == CONTAINER["resources"]["requests"]["cpu"]
    assert PREDICTOR["scaleTarget"] == ONGOING_OF_A_CORE * int(cores)
    fields = Settings.model_fields
    longest = fields["upload_seconds"].default + fields["deadline_seconds"].default
    assert PREDICTOR["timeout"] > longest
    assert CONTAINER["ports"][0]["containerPort"] == Settings.model_fields["port"].default


def test_its_probes_are_the_protocols(server: str) -> None:
    for probe, path in (("readinessProbe", "ready"), ("livenessProbe", "live")):
        asked = CONTAINER[probe]["httpGet"]
        assert asked["port"] == Settings.model_fields["port"].default
        assert httpx.get(server + asked["path"]).json() == {path: True}


def test_the_model_answers_by_the_name_of_the_service(server: str, face: bytes) -> None:
    name = SERVICE["metadata"]["name"]
    encoded = base64.b64encode(face).decode()
    tensor = {"name": "file", "datatype": "BYTES", "shape": [1], "data": [encoded]}
    url = f"{server}/v2/models/{name}/infer"
    answer = httpx.post(url, json={"inputs": [tensor]}, timeout=60).json()
    assert answer["model_name"] == name
