"""Which part of each batch a process computes."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Shares:
    """Parts ``numbers`` of the ``of`` parts, one after the other, that each batch is cut into.

    A process computes one for each of its devices. They differ in length by one at most; of a batch
    shorter than ``of`` some are empty.
    """

    numbers: range = range(1)
    of: int = 1

    def parts(self, count: int) -> list[tuple[int, int]]:
        """Where in a batch of ``count`` each part begins, and the place after its end."""
        return [
            (count * number // self.of, count * (number + 1) // self.of) for number in self.numbers
        ]


WHOLE = Shares()
