"""What a score means, in the model's own figures on its test pictures."""

from dataclasses import dataclass

from service.model.manifest import Estimate, Manifest


@dataclass(frozen=True, slots=True)
class Point:
    """Shares, 0..1, of the test's real pictures and fakes that score ``percent`` or more."""

    percent: int
    real: float | None
    fake: float | None


@dataclass(frozen=True, slots=True)
class Meaning:
    """How many of 100 test pictures are on a score's side of ``percent``: ``about 3``.

    That side is ``percent`` and more of a score that leans to fake, under it of one to real.
    """

    percent: int
    above: bool
    real: str | None
    fake: str | None


def shown(probability: float) -> int:
    """A probability as a person is shown it: percent, 1..99, since nothing is certain."""
    return min(99, max(1, round(100 * probability)))


def meaning(probability: float, manifest: Manifest) -> Meaning | None:
    """What the model's test says of such a score; None where it says nothing."""
    percent, above = shown(probability), probability >= 0.5
    points = _points(manifest)
    if above:
        reached = [point for point in points if point.percent <= percent]
        nearest = max(reached, key=lambda point: point.percent, default=None)
    else:
        reached = [point for point in points if point.percent >= percent]
        nearest = min(reached, key=lambda point: point.percent, default=None)
    if nearest is None:
        return None
    real, fake = (_of_hundred(share, above) for share in (nearest.real, nearest.fake))
    return Meaning(nearest.percent, above, real, fake)


def _points(manifest: Manifest) -> list[Point]:
    """At each percent or, of a version that was not measured so, where its rates were measured."""
    metrics, thresholds = manifest.metrics, manifest.thresholds
    if metrics.distribution:
        shares = zip(metrics.distribution.real, metrics.distribution.fake, strict=True)
        return [Point(percent, *both) for percent, both in enumerate(shares, start=1)]
    it = metrics.overall
    missed = _value(it.miss_rate)
    half = Point(
        50,
        it.confusion.false_fake / it.real if it.real else None,
        it.confusion.true_fake / it.fake if it.fake else None,
    )
    if manifest.own_thresholds:  # it was not tested at those
        return [half]
    return [
        half,
        Point(
            shown(thresholds.fake_above),
            _value(it.false_positive_rate),
            _value(it.true_positive_rate),
        ),
        Point(shown(thresholds.real_below), None, None if missed is None else 1 - missed),
    ]


def _value(estimate: Estimate | None) -> float | None:
    return estimate.value if estimate else None


def _of_hundred(share: float | None, above: bool) -> str | None:
    if share is None:
        return None
    count = 100 * (share if above else 1 - share)
    if count < 0.5:
        return "fewer than 1"
    return "more than 99" if count > 99.5 else f"about {round(count)}"
