"""No garbage is collected meanwhile; afterwards all is as it was."""

import gc
import weakref

import pytest

from service.model.uncollected import uncollected


class Cycle:
    """An object that only the collector frees."""

    def __init__(self) -> None:
        self.itself = self


def test_a_cycle_stays_until_it_is_over() -> None:
    with uncollected():
        cycle = weakref.ref(Cycle())
        kept = [[] for _ in range(2 * gc.get_threshold()[0])]  # type: ignore[var-annotated]
        assert cycle() is not None
    del kept
    gc.collect()
    assert cycle() is None


def test_collection_goes_on_after_an_error() -> None:
    with pytest.raises(ValueError, match="wrong"), uncollected():
        raise ValueError("wrong")
    assert gc.isenabled()


def test_who_had_it_off_keeps_it_off() -> None:
    gc.disable()
    try:
        with uncollected():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
