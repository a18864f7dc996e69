"""The manifests fit Kubernetes' schemas, each other, and the service that they start."""

import json
import shutil
import subprocess
from math import ceil
from typing import Any

import httpx
import kubernetes_validate
import pytest
import yaml

from service.model.batching import MAX_BATCH
from service.settings import Settings
from tests.conftest import ROOT
from tests.deploy.kustomize import Manifest, build

FOLDER = ROOT / "deploy" / "kubernetes"
OVERLAYS = {
    "base": build(FOLDER / "base"),
    "gpu": build(FOLDER / "overlays" / "gpu"),
    "thresholds": build(FOLDER / "overlays" / "thresholds"),
}
BASE = {it["kind"]: it for it in OVERLAYS["base"]}
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
ADAPTER = yaml.safe_load((FOLDER / "prometheus-adapter" / "values.yaml").read_text())
# From the oldest that knows all fields (a preStop that sleeps) to the newest that is known here.
VERSIONS = ["1.30", "1.32", kubernetes_validate.latest_version()]


def pod(manifests: list[Manifest]) -> dict[str, Any]:
    (deployment,) = [it for it in manifests if it["kind"] == "Deployment"]
    spec: dict[str, Any] = deployment["spec"]["template"]["spec"]
    return spec


def container(manifests: list[Manifest]) -> dict[str, Any]:
    (it,) = pod(manifests)["containers"]
    assert isinstance(it, dict)
    return it


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    "manifest",
    [it for manifests in OVERLAYS.values() for it in manifests],
    ids=[f"{name} {it['kind']}" for name, manifests in OVERLAYS.items() for it in manifests],
)
def test_a_manifest_is_valid(manifest: Manifest, version: str) -> None:
    kubernetes_validate.validate(manifest, version, strict=True)


def test_what_is_misspelt_would_be_found() -> None:
    wrong = json.loads(json.dumps(BASE["Deployment"]))
    wrong["spec"]["template"]["spec"]["containers"][0]["securityContext"]["readOnlyRootfs"] = True
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, VERSIONS[0], strict=True)


def test_all_that_was_asked_for_is_there() -> None:
    assert set(BASE) == {
        "Deployment",
        "Service",
        "HorizontalPodAutoscaler",
        "PodDisruptionBudget",
        "NetworkPolicy",
    }


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="there is no kubectl on the PATH")
@pytest.mark.parametrize(
    ("name", "place"),
    [("base", "base"), ("gpu", "overlays/gpu"), ("thresholds", "overlays/thresholds")],
)
def test_kubectl_reads_the_folder_as_these_tests_do(name: str, place: str) -> None:
    printed = subprocess.check_output(["kubectl", "kustomize", str(FOLDER / place)], text=True)

    def key(manifest: Manifest) -> str:
        return str(manifest["kind"])

    assert sorted(yaml.safe_load_all(printed), key=key) == sorted(OVERLAYS[name], key=key)


@pytest.mark.parametrize(("name", "service"), [("base", "detector"), ("gpu", "gpu")])
def test_the_image_is_the_one_that_compose_builds(name: str, service: str) -> None:
    assert "build" in COMPOSE[service]
    assert container(OVERLAYS[name])["image"] == COMPOSE[service]["image"]


def test_compose_gives_as_much_memory_as_the_manifests() -> None:
    """Without a limit, large pictures would wait for nothing but the end of the machine's."""
    memory = {kind: it["memory"] for kind, it in container(OVERLAYS["base"])["resources"].items()}
    for service in COMPOSE.values():
        assert f"{service['mem_limit']}i".upper() == memory["limits"].upper()
        assert f"{service['mem_reservation']}i".upper() == memory["requests"].upper()


@pytest.mark.parametrize("name", OVERLAYS)
def test_every_variable_is_a_setting(name: str) -> None:
    known = {f"DEEPFAKE_{field.upper()}" for field in Settings.model_fields}
    names = [variable["name"] for variable in container(OVERLAYS[name])["env"]]
    assert set(names) <= known
    assert len(set(names)) == len(names)


def test_no_variable_of_a_cluster_can_be_taken_for_a_setting() -> None:
    assert pod(OVERLAYS["base"])["enableServiceLinks"] is False


def test_all_who_look_for_its_pods_find_them() -> None:
    labels = BASE["Deployment"]["spec"]["template"]["metadata"]["labels"]
    assert BASE["Deployment"]["spec"]["selector"]["matchLabels"] == labels
    assert BASE["Service"]["spec"]["selector"] == labels
    assert BASE["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"] == labels
    assert BASE["NetworkPolicy"]["spec"]["podSelector"]["matchLabels"] == labels
    (spread,) = pod(OVERLAYS["base"])["topologySpreadConstraints"]
    assert spread["labelSelector"]["matchLabels"] == labels
    target = BASE["HorizontalPodAutoscaler"]["spec"]["scaleTargetRef"]
    assert {name: BASE["Deployment"][name] for name in ("apiVersion", "kind")} == {
        name: target[name] for name in ("apiVersion", "kind")
    }
    assert BASE["Deployment"]["metadata"]["name"] == target["name"]


def test_all_name_the_port_that_it_listens_on() -> None:
    (port,) = container(OVERLAYS["base"])["ports"]
    assert port["containerPort"] == Settings.model_fields["port"].default
    annotations = BASE["Deployment"]["spec"]["template"]["metadata"]["annotations"]
    assert annotations["prometheus.io/port"] == str(port["containerPort"])
    assert BASE["Service"]["spec"]["ports"][0]["targetPort"] == port["name"]
    (let_in,) = BASE["NetworkPolicy"]["spec"]["ingress"]
    assert let_in["ports"] == [{"protocol": "TCP", "port": port["name"]}]


def test_only_names_may_be_looked_up_outside() -> None:
    policy = BASE["NetworkPolicy"]["spec"]
    assert policy["policyTypes"] == ["Ingress", "Egress"]
    (let_out,) = policy["egress"]
    assert {port["port"] for port in let_out["ports"]} == {53}


@pytest.mark.parametrize("probe", ["startupProbe", "readinessProbe", "livenessProbe"])
def test_a_probe_is_answered(probe: str, server: str) -> None:
    asked = container(OVERLAYS["base"])[probe]["httpGet"]
    assert asked["port"] == "http"
    assert httpx.get(server + asked["path"]).json()["status"] in {"ok", "ready"}


def test_only_readiness_can_take_work_away() -> None:
    """A replica that drains, or has a model to load, must not be restarted for it."""
    paths = {name: it["httpGet"]["path"] for name, it in container(OVERLAYS["base"]).items()
             if name.endswith("Probe")}  # fmt: skip
    assert paths == {
        "startupProbe": "/readyz",
        "readinessProbe": "/readyz",
        "livenessProbe": "/healthz",
    }


def test_metrics_are_where_prometheus_is_told(server: str) -> None:
    annotations = BASE["Deployment"]["spec"]["template"]["metadata"]["annotations"]
    assert "deepfake_queue_depth" in httpx.get(server + annotations["prometheus.io/path"]).text


def test_it_grows_by_processor_and_by_what_waits(server: str) -> None:
    spec = BASE["HorizontalPodAutoscaler"]["spec"]
    assert "replicas" not in BASE["Deployment"]["spec"]  # each apply would undo the autoscaler
    processor, waiting = spec["metrics"]
    assert processor["resource"]["name"] == "cpu"
    name = waiting["pods"]["metric"]["name"]
    assert f"# TYPE {name} gauge" in httpx.get(f"{server}/metrics").text
    assert int(waiting["pods"]["target"]["averageValue"]) == MAX_BATCH // 2
    (rule,) = ADAPTER["rules"]["custom"]
    assert rule["name"]["as"] == name
    assert rule["seriesQuery"].startswith(f"{name}{{")
    assert set(rule["resources"]["overrides"]) == {"namespace", "pod"}


def test_one_may_go_while_the_others_serve() -> None:
    least = BASE["HorizontalPodAutoscaler"]["spec"]["minReplicas"]
    assert least > BASE["PodDisruptionBudget"]["spec"]["maxUnavailable"] == 1
    rolling = BASE["Deployment"]["spec"]["strategy"]["rollingUpdate"]
    assert rolling == {"maxSurge": 1, "maxUnavailable": 0}


def test_what_is_under_way_has_time_to_end() -> None:
    hook = container(OVERLAYS["base"])["lifecycle"]["preStop"]["sleep"]["seconds"]
    stall, work = (Settings.model_fields[f"{it}_seconds"].default for it in ("stall", "deadline"))
    assert pod(OVERLAYS["base"])["terminationGracePeriodSeconds"] >= hook + ceil(stall + work)


@pytest.mark.parametrize("name", OVERLAYS)
def test_it_may_do_nothing_but_serve(name: str) -> None:
    spec, it = pod(OVERLAYS[name]), container(OVERLAYS[name])
    assert spec["automountServiceAccountToken"] is False
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert it["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert ("volumes" in spec) == ("volumeMounts" in it) == (name == "thresholds")
    assert "limits" in it["resources"]


def test_a_gpu_is_all_that_its_overlay_adds() -> None:
    plain, gpu = container(OVERLAYS["base"]), container(OVERLAYS["gpu"])
    assert gpu["resources"]["limits"]["nvidia.com/gpu"] == "1"
    assert "nvidia.com/gpu" not in plain["resources"]["limits"]
    assert {name for name in gpu if gpu[name] != plain.get(name)} == {"image", "resources"}
    ours, theirs = pod(OVERLAYS["gpu"]), pod(OVERLAYS["base"])
    changed = {name for name in ours if ours[name] != theirs.get(name)}
    assert changed == {"containers", "tolerations"}


def test_own_thresholds_are_one_file_that_can_be_read_only() -> None:
    it, spec = container(OVERLAYS["thresholds"]), pod(OVERLAYS["thresholds"])
    (volume,), (mount,) = spec["volumes"], it["volumeMounts"]
    assert volume == {"name": mount["name"], "configMap": {"name": "deepfake-thresholds"}}
    assert mount["readOnly"] is True
    plain = container(OVERLAYS["base"])
    assert it["env"][:-1] == plain["env"]
    assert it["env"][-1]["name"] == "DEEPFAKE_THRESHOLDS"
    assert it["env"][-1]["value"] == f"{mount['mountPath']}/thresholds.json"
    assert {name for name in it if it[name] != plain.get(name)} == {"env", "volumeMounts"}
    comment = (FOLDER / "overlays" / "thresholds" / "kustomization.yaml").read_text()
    assert "create configmap deepfake-thresholds --from-file=thresholds.json" in comment


def test_compose_mounts_own_thresholds_read_only() -> None:
    """A secret of a file is mounted so, under ``/run/secrets``."""
    added = yaml.safe_load((ROOT / "deploy" / "thresholds.compose.yaml").read_text())
    assert set(added["services"]) == set(COMPOSE)
    ((name, secret),) = added["secrets"].items()
    assert secret == {"file": "${DEEPFAKE_THRESHOLDS:-./thresholds.json}"}
    for service in added["services"].values():
        assert service["secrets"] == [name]
        assert service["environment"] == {"DEEPFAKE_THRESHOLDS": f"/run/secrets/{name}"}
