"""Arrays on disk: made once, whole or not at all."""

from pathlib import Path

import numpy as np
import pytest

from training.fitting.kept import kept

ARRAY = np.arange(6, dtype=np.float16).reshape(2, 3)


def test_it_is_made_once(tmp_path: Path) -> None:
    path = tmp_path / "a.npy"
    assert np.array_equal(kept(path, lambda: ARRAY), ARRAY)
    assert np.array_equal(kept(path, lambda: ARRAY + 1), ARRAY)
    assert kept(path, lambda: ARRAY).dtype == np.float16
    assert list(tmp_path.iterdir()) == [path]


def test_an_interrupt_while_it_is_made_leaves_nothing(tmp_path: Path) -> None:
    def interrupted() -> np.ndarray:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        kept(tmp_path / "a.npy", interrupted)
    assert not list(tmp_path.iterdir())


def test_an_interrupt_while_it_is_written_is_made_good(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.npy"

    def half(file: Path, _: np.ndarray) -> None:
        Path(file).write_bytes(b"half")
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(np, "save", half)
        with pytest.raises(KeyboardInterrupt):
            kept(path, lambda: ARRAY)
    assert np.array_equal(kept(path, lambda: ARRAY), ARRAY)
