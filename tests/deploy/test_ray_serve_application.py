"""What the Ray Serve application is asked for, and what it refuses; nothing is started."""

import asyncio
import importlib
import re
import shutil
from pathlib import Path

import pytest
from pydantic import ValidationError
from ray.serve.schema import ServeDeploySchema

from deploy.ray_serve import ONGOING_OF_A_CORE, Arguments, Replica, build
from service.errors import ArtifactError, SettingsError
from service.settings import Settings, read_settings
from tests.conftest import ARTIFACT, ROOT
from tests.deploy.test_ray_serve import CONFIG


def test_its_page_says_how_it_is_run() -> None:
    page = (ROOT / "deploy" / "ray-serve.md").read_text()
    commands = re.findall(r"```sh\n(.*?)\n```", page, flags=re.DOTALL)
    assert commands == ["DEEPFAKE_ANONYMOUS=true .venv/bin/serve run deploy/ray-serve.yaml"]


def test_the_file_is_one_that_ray_serve_takes() -> None:
    (application,) = ServeDeploySchema.model_validate(CONFIG).applications
    module, name = application.import_path.split(":")
    assert getattr(importlib.import_module(module), name) is build
    assert Arguments.model_validate(application.args) == Arguments()
    assert CONFIG["http_options"] == {
        "host": Settings.model_fields["host"].default,
        "port": Settings.model_fields["port"].default,
    }


def test_a_replica_is_given_its_cores_and_grows_by_ongoing_requests(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DEEPFAKE_ANONYMOUS", "true")
    monkeypatch.setenv("DEEPFAKE_QUEUE_LIMIT", "20")
    monkeypatch.setenv("DEEPFAKE_UPLOAD_SECONDS", "60")
    monkeypatch.setenv("DEEPFAKE_DEADLINE_SECONDS", "30")
    deployment = build(Arguments(cores=3, max_replicas=7))._bound_deployment
    assert deployment.ray_actor_options == {"num_cpus": 3}
    (settings,) = deployment.init_args
    assert settings.cores == 3
    assert settings.model == ARTIFACT
    config = deployment._deployment_config
    assert config.max_ongoing_requests > settings.queue_limit == 20
    assert config.graceful_shutdown_timeout_s > 60 + 30
    growing = config.autoscaling_config
    assert growing is not None
    assert growing.target_ongoing_requests == 3 * ONGOING_OF_A_CORE
    assert (growing.min_replicas, growing.max_replicas) == (1, 7)


@pytest.mark.parametrize("name", ["model", "thresholds", "face_model", "trust_anchors"])
def test_a_replica_finds_each_file_from_whatever_folder_it_works_in(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, trusted: Path
) -> None:
    monkeypatch.setenv("DEEPFAKE_ANONYMOUS", "true")
    monkeypatch.setenv(f"DEEPFAKE_{name.upper()}", "there")
    monkeypatch.chdir(tmp_path)
    shutil.copy(trusted, "there")
    (settings,) = build(Arguments())._bound_deployment.init_args
    assert getattr(settings, name) == tmp_path / "there"
    monkeypatch.delenv(f"DEEPFAKE_{name.upper()}")
    (settings,) = build(Arguments())._bound_deployment.init_args
    assert getattr(settings, name) == {"model": ARTIFACT}.get(name)


def test_without_keys_and_without_a_word_anyone_is_kept_out() -> None:
    with pytest.raises(SettingsError, match="DEEPFAKE_API_KEYS"):
        build(Arguments())


def test_what_is_misspelt_is_refused() -> None:
    with pytest.raises(ValidationError):
        Arguments.model_validate({"core": 2})


def test_a_replica_without_its_model_is_not_healthy(tmp_path: Path) -> None:
    settings = read_settings(model=tmp_path, anonymous=True)

    async def main() -> None:
        replica = Replica(settings)
        app = replica.__serve_build_asgi_app__()
        async with app.router.lifespan_context(app):
            await replica.check_health()

    with pytest.raises(ArtifactError, match="no version folder"):
        asyncio.run(main())
