"""PyTorch's weights: read whole, and nothing but weights."""

import pickle
from pathlib import Path

import numpy as np
import pytest

from tests.checkpoints import write_checkpoint
from training.errors import RunError
from training.networks.checkpoints import MAGIC, read_checkpoint


@pytest.fixture
def arrays() -> dict[str, np.ndarray]:
    generator = np.random.default_rng(0)
    shapes = {"stem.weight": (4, 3, 3, 3), "stem.bias": (4,), "top.weight": (2, 4)}
    return {name: generator.standard_normal(shape, np.float32) for name, shape in shapes.items()}


def test_what_was_written_is_read_in_its_order(
    arrays: dict[str, np.ndarray], tmp_path: Path
) -> None:
    write_checkpoint(tmp_path / "weights.pth", arrays)
    read = read_checkpoint(tmp_path / "weights.pth")
    assert list(read) == list(arrays)
    for name, array in arrays.items():
        assert read[name].dtype == np.float32
        assert np.array_equal(read[name], array)


def test_a_transposed_tensor_is_read_as_it_is_seen(tmp_path: Path) -> None:
    """PyTorch keeps it as the original's storage and other strides."""
    array = np.arange(6, dtype=np.float32).reshape(2, 3).T
    write_checkpoint(tmp_path / "weights.pth", {"a": array})
    assert np.array_equal(read_checkpoint(tmp_path / "weights.pth")["a"], array)
    assert np.arange(6, dtype="<f4").tobytes() in (tmp_path / "weights.pth").read_bytes()


@pytest.mark.parametrize("content", [b"", b"no pickle", pickle.dumps(1), pickle.dumps([MAGIC])])
def test_another_file_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "weights.pth"
    path.write_bytes(content)
    with pytest.raises(RunError, match=f"{path}: no weights that PyTorch saved: "):
        read_checkpoint(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"nowhere\.pth: no weights"):
        read_checkpoint(tmp_path / "nowhere.pth")


def test_a_file_cut_short_is_refused(arrays: dict[str, np.ndarray], tmp_path: Path) -> None:
    path = tmp_path / "weights.pth"
    write_checkpoint(path, arrays)
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(RunError, match="no weights that PyTorch saved"):
        read_checkpoint(path)


def test_code_in_the_file_is_not_run(tmp_path: Path) -> None:
    victim = tmp_path / "victim"

    class Attack:
        def __reduce__(self) -> tuple[object, ...]:
            return Path.touch, (victim,)

    for position in range(4):
        parts: list[object] = [MAGIC, 1001, {}, {}]
        parts[position] = Attack()
        path = tmp_path / "weights.pth"
        path.write_bytes(b"".join(pickle.dumps(part, 2) for part in parts))
        with pytest.raises(RunError, match="it holds a "):
            read_checkpoint(path)
    assert not victim.exists()
