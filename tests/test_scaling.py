"""docs/scaling.md is true: its tables follow from its figures, and those from what was measured."""

import re
from math import ceil
from pathlib import Path

import pytest

from benchmarks.bulk import ways as bulk_compared
from benchmarks.replicas import ways as replicas_compared
from benchmarks.running import pictures
from tests.conftest import ROOT
from tests.deploy.test_kubernetes import BASE, OVERLAYS, container

PAGE = (ROOT / "docs" / "scaling.md").read_text()
BENCHMARKS = (ROOT / "benchmarks" / "README.md").read_text()
SECONDS, HOURS = 86_400, 730  # of a day, of a month
KINDS = {"face": "A face of 256 px", "photo": "A photograph of 12 megapixels"}
LOADS = [10**n for n in range(3, 10)]


def figure(name: str) -> float:
    """The value that the page gives a variable of its formulas."""
    (value,) = re.findall(rf"^\| `{name}` \| ([\d.,]+)[^|]*\|", PAGE, flags=re.MULTILINE)
    return float(value.replace(",", ""))


def replicas(rate: float, per_core: float) -> int:
    """How many it takes for so many pictures a second."""
    return max(2, ceil(rate / (figure("u") * figure("r") * per_core)))


def money(rate: float, per_core: float) -> float:
    """A month's, the autoscaler following the mean."""
    return replicas(rate, per_core) * figure("r") * HOURS * figure("p")


def row(pictures_a_day: int, kind: str) -> str:
    """What the page must say of so many pictures a day."""
    mean, per_core = pictures_a_day / SECONDS, figure(f"c_{kind}")
    peak = figure("k") * mean
    most = replicas(peak, per_core)
    upload = peak * figure(f"b_{kind}") * 8 / 1e3  # kB to Mbit
    each_million = money(mean, per_core) / (pictures_a_day * HOURS / 24) * 1e6
    cells = [
        f"{pictures_a_day:,}",
        f"{peak:,.2f}" if peak < 10 else f"{peak:,.0f}",
        f"{most:,}",
        f"{most * figure('r'):,.0f}",
        f"{ceil(most * figure('m')):,}",
        f"{upload:.2g}" if upload < 10 else f"{upload:,.0f}",
        f"{money(mean, per_core):,.0f}",
        f"{each_million:,.2f}",
    ]
    return f"| {' | '.join(cells)} |"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("load", LOADS)
def test_a_row_follows_from_the_figures(load: int, kind: str) -> None:
    table = PAGE.partition(f"{KINDS[kind]}:")[2].partition("\n\n")[2].partition("\n\n")[0]
    assert row(load, kind) in table.splitlines()


@pytest.mark.parametrize("kind", KINDS)
def test_the_rate_of_a_core_is_the_benchmarks(kind: str) -> None:
    table = BENCHMARKS.partition(f"{KINDS[kind].removesuffix('s')}")[2]
    (rate,) = re.findall(r"^\| +\| 32 \| ([\d.]+) ", table.partition("plain FastAPI")[0], re.M)
    assert figure(f"c_{kind}") == pytest.approx(float(rate) / 2, abs=0.05)


def test_the_files_are_as_large_as_those_that_are_measured(tmp_path: Path) -> None:
    face, photo = (path.stat().st_size / 1000 for path in pictures(tmp_path).values())
    assert figure("b_face") == pytest.approx(face, rel=0.05)
    assert figure("b_photo") == pytest.approx(photo, rel=0.05)


def test_replicas_are_those_of_the_manifests() -> None:
    resources = container(OVERLAYS["base"])["resources"]
    assert figure("r") == float(resources["requests"]["cpu"])
    assert figure("m") * 1024 == float(resources["requests"]["memory"].removesuffix("Mi"))
    processor, _ = BASE["HorizontalPodAutoscaler"]["spec"]["metrics"]
    assert figure("u") * 100 == processor["resource"]["target"]["averageUtilization"]
    assert f"`maxReplicas`, {BASE['HorizontalPodAutoscaler']['spec']['maxReplicas']}" in PAGE


def test_the_limit_of_memory_holds_the_most_that_was_measured() -> None:
    (most,) = re.findall(r"^\| 64 clients, [^|]+ \| ([\d,]+) \|", PAGE, flags=re.MULTILINE)
    limit = container(OVERLAYS["base"])["resources"]["limits"]["memory"]
    assert float(most.replace(",", "")) < 0.9 * int(limit.removesuffix("Gi")) * 1024
    assert f"`{limit}`" in PAGE


@pytest.mark.parametrize("path", re.findall(r"`((?:deploy|benchmarks|service)/[\w./-]+)`", PAGE))
def test_what_the_page_points_to_is_there(path: str) -> None:
    assert (ROOT / path).exists()


@pytest.mark.parametrize("link", re.findall(r"\]\(([^)#]+)\)", PAGE))
def test_every_link_leads_somewhere(link: str) -> None:
    assert (ROOT / "docs" / link).exists()


@pytest.mark.parametrize("module", re.findall(r"-m (benchmarks\.\w+)", PAGE))
def test_every_command_names_a_benchmark(module: str) -> None:
    assert (ROOT / f"{module.replace('.', '/')}.py").exists()


@pytest.mark.parametrize("name", [*replicas_compared(2), *bulk_compared(2)])
def test_the_rows_are_those_that_are_printed(name: str) -> None:
    assert re.search(rf"^\| {name} \| ", PAGE, re.MULTILINE)


def test_bulks_rates_follow_from_its_seconds() -> None:
    (pictures,) = re.findall(r"benchmarks\.bulk --rounds \d+ --pictures (\d+)`", PAGE)
    for name in bulk_compared(2):
        ((seconds, rate),) = re.findall(rf"^\| {name} \| (\d+) \| ([\d.]+) \| ", PAGE, re.MULTILINE)
        assert float(rate) == pytest.approx(int(pictures) / int(seconds), rel=0.01)


def test_the_commands_name_what_is_there() -> None:
    commands = "".join(re.findall(r"```sh\n(.*?)```", PAGE, flags=re.DOTALL))
    for path in re.findall(r" (deploy/\S+)", commands):
        assert (ROOT / path).exists()
    for folder in re.findall(r"--kustomize (\S+)", commands):
        assert (ROOT / folder / "kustomization.yaml").is_file()
    ((secret, key),) = re.findall(r"secret generic (\S+) --from-literal=([^=]+)=", commands)
    variables = container(OVERLAYS["base"])["env"]
    (source,) = [it["valueFrom"] for it in variables if it["name"] == "DEEPFAKE_API_KEYS"]
    assert source == {"secretKeyRef": {"name": secret, "key": key}}
