"""What `kubectl kustomize` makes of a folder, as far as deploy/kubernetes uses it.

It knows resources, images, and patches of the operations `add` and `replace`; all else is an error.
"""

import copy
from pathlib import Path
from typing import Any

import yaml

Manifest = dict[str, Any]
KNOWN = {"apiVersion", "kind", "resources", "images", "patches"}


def build(folder: Path) -> list[Manifest]:
    """The manifests of a folder with a kustomization.yaml."""
    asked = yaml.safe_load((folder / "kustomization.yaml").read_text())
    assert set(asked) <= KNOWN
    made: list[Manifest] = []
    for name in asked["resources"]:
        path = folder / name
        made += build(path) if path.is_dir() else list(yaml.safe_load_all(path.read_text()))
    for image in asked.get("images", []):
        _retag(made, **image)
    for patch in asked.get("patches", []):
        assert set(patch) == {"target", "path"}
        (target,) = [it for it in made if _matches(it, **patch["target"])]
        for operation in yaml.safe_load((folder / patch["path"]).read_text()):
            _apply(target, **operation)
    return made


def _matches(manifest: Manifest, kind: str, name: str) -> bool:
    return (manifest["kind"], manifest["metadata"]["name"]) == (kind, name)


def _retag(node: object, name: str, newTag: str) -> None:  # noqa: N803  # kustomize's word
    if isinstance(node, list):
        for one in node:
            _retag(one, name, newTag)
    if isinstance(node, dict):
        if node.get("image") == name:
            node["image"] = f"{name}:{newTag}"
        for one in node.values():
            _retag(one, name, newTag)


def _apply(node: Any, op: str, path: str, value: object) -> None:
    """One operation of JSON Patch (RFC 6902)."""
    *parents, last = (part.replace("~1", "/").replace("~0", "~") for part in path.split("/")[1:])
    for part in parents:
        node = node[int(part) if isinstance(node, list) else part]
    if isinstance(node, list):
        assert (op, last) == ("add", "-")
        node.append(copy.deepcopy(value))
        return
    assert {"add": True, "replace": last in node}[op]
    node[last] = copy.deepcopy(value)
