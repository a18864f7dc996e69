"""Augmentation: reproducible, in range, and the same for both labels."""

import cv2
import numpy as np
import pytest

from service.pictures import faces
from tests.pictures import PORTRAIT, smooth
from training.data import augment
from training.data.augment import cut_off, mirror, recolour, scramble
from training.data.example import Example

IMAGE = np.asarray(PORTRAIT.resize((120, 120)))
BOX = np.array([30, 20, 40, 60], np.float32)
NO_BOX = np.full(4, np.nan, np.float32)
MARGIN = 0.2


def example(image: np.ndarray, box: np.ndarray = BOX) -> Example:
    return Example(image, np.zeros((32, 32), np.int8), box)


def scrambled(seeds: range) -> np.ndarray:
    its_augment = scramble(96, MARGIN)
    return np.stack(
        [its_augment(example(IMAGE), np.random.default_rng(seed)).image for seed in seeds]
    )


@pytest.fixture(scope="module")
def forty() -> np.ndarray:
    return scrambled(range(40))


def test_mirror_turns_about_half_of_the_pictures_and_changes_nothing_else() -> None:
    generator = np.random.default_rng(0)
    images = [np.asarray(smooth(seed, side=32)) for seed in range(40)]
    augmented = [mirror(example(image), generator).image for image in images]
    mirrored = [np.array_equal(a, b[:, ::-1]) for a, b in zip(augmented, images, strict=True)]
    same = [np.array_equal(a, b) for a, b in zip(augmented, images, strict=True)]
    assert all(a != b for a, b in zip(mirrored, same, strict=True))
    assert 8 <= sum(mirrored) <= 32


def test_a_mirrored_face_lies_in_its_box() -> None:
    marked = np.zeros((120, 120, 3), np.uint8)
    marked[20:80, 30:70] = 255
    for seed in range(4):
        mirrored = mirror(example(marked), np.random.default_rng(seed))
        x, y, width, height = mirrored.box.astype(int)
        assert mirrored.image[y : y + height, x : x + width].min() == 255
        assert mirrored.image.mean() == marked.mean()


def test_recolour_by_nothing_changes_nothing() -> None:
    assert np.array_equal(recolour(IMAGE, np.ones(3), 1, 1), IMAGE)


def test_recolour_without_saturation_is_grey_of_the_same_brightness() -> None:
    grey = recolour(IMAGE, np.ones(3), 1, 0)
    assert np.ptp(grey, axis=-1).max() == 0
    assert grey.mean() == pytest.approx(IMAGE.mean(), abs=1)


def test_recolour_turns_contrast_about_the_middle() -> None:
    flat = recolour(IMAGE, np.ones(3), 0.5, 1)
    assert flat.mean() == pytest.approx(IMAGE.mean(), abs=1)
    assert flat.std() == pytest.approx(IMAGE.std() / 2, rel=0.02)


def test_recolour_gives_each_channel_its_gain() -> None:
    red = recolour(IMAGE, np.array([0.5, 1, 1]), 1, 1)
    assert red[..., 0].mean() == pytest.approx(IMAGE[..., 0].mean() / 2, abs=1)
    assert np.array_equal(red[..., 1:], IMAGE[..., 1:])


def test_recolour_stays_in_range_where_it_must_clip() -> None:
    assert recolour(IMAGE, np.full(3, 4.0), 2, 1).max() == 255


def test_scramble_gives_the_networks_input(forty: np.ndarray) -> None:
    assert forty.shape == (40, 96, 96, 3)
    assert forty.dtype == np.uint8


def test_scramble_depends_on_the_generator_alone(forty: np.ndarray) -> None:
    assert np.array_equal(forty, scrambled(range(40)))
    assert len({picture.tobytes() for picture in forty}) == len(forty)


def sharpness(pictures: np.ndarray) -> np.ndarray:
    steps: np.ndarray = np.abs(np.diff(pictures.mean(axis=-1), axis=2))
    return np.asarray(steps.mean(axis=(1, 2)))


def test_scramble_spreads_sharpness_and_brightness(forty: np.ndarray) -> None:
    """So that neither can stand for a label."""
    sharp, bright = sharpness(forty), forty.mean(axis=(1, 2, 3))
    assert sharp.std() / sharp.mean() > 0.15
    assert bright.std() > 8


def test_scramble_leaves_fine_traces_in_some_pictures() -> None:
    """A checkerboard of two grey levels, the finest trace there is, is lost in JPEG and blur."""
    board = np.indices((96, 96)).sum(axis=0) % 2 * 40 + 100
    image = np.repeat(board[..., None], 3, axis=2).astype(np.uint8)
    its_augment = scramble(96, 0.35)  # the face's box with it is 102 pixels wide
    generators = map(np.random.default_rng, range(60))
    pictures = [its_augment(example(image), generator).image for generator in generators]
    kept = [sharpness(picture[None])[0] for picture in pictures]
    assert 10 <= sum(step > 10 for step in kept) <= 50


@pytest.mark.parametrize("side", [120, 30])
def test_the_map_of_changes_goes_where_the_picture_goes(side: int) -> None:
    """A bright disc on black and its own map, of the picture's resolution or a coarser one."""
    image, changes = np.zeros((120, 120, 3), np.uint8), np.zeros((120, 120), np.uint8)
    cv2.circle(image, (80, 45), 20, (255, 255, 255), -1)
    cv2.circle(changes, (80, 45), 20, 1, -1)
    share = cv2.resize(changes.astype(np.float32), (side, side), interpolation=cv2.INTER_AREA)
    coarse = (share > 0.5).astype(np.int8)
    its_augment = scramble(96, MARGIN)
    box = np.array([55, 20, 50, 50], np.float32)
    for seed in range(20):
        framed = its_augment(Example(image, coarse, box), np.random.default_rng(seed))
        grey = framed.image.mean(axis=-1)
        bright = grey > (grey.max() + grey.min()) / 2
        changed = framed.changes.astype(np.uint8)
        seen = cv2.resize(changed, (96, 96), interpolation=cv2.INTER_NEAREST) == 1
        assert (bright & seen).sum() / (bright | seen).sum() > 0.65


def centres_and_sizes(box: np.ndarray, image: np.ndarray) -> np.ndarray:
    """Of a white face on grey, in forty framings: x and y of its middle and its share, 0..1."""
    marked = np.full_like(image, 60)
    x, y, width, height = box.astype(int)
    marked[y : y + height, x : x + width] = 255
    its_augment = scramble(96, MARGIN)
    found = []
    for seed in range(40):
        grey = its_augment(example(marked, box), np.random.default_rng(seed)).image.mean(axis=-1)
        rows, columns = np.nonzero(grey > (grey.max() + grey.min()) / 2)
        found.append((columns.mean() / 96, rows.mean() / 96, np.ptp(columns) / 96))
    return np.array(found)


@pytest.fixture
def whole_faces(monkeypatch: pytest.MonkeyPatch) -> None:
    """None is cut by an edge of the picture."""
    monkeypatch.setattr(augment, "CUT", 0)


@pytest.mark.usefixtures("whole_faces")
def test_the_framing_is_about_what_the_service_cuts_out() -> None:
    image, box = np.zeros((300, 300, 3), np.uint8), np.array([120, 100, 60, 60], np.float32)
    framings = centres_and_sizes(box, image)
    assert framings[:, :2] == pytest.approx(0.5, abs=0.1)
    served = 1 / (1 + 2 * MARGIN)
    assert framings[:, 2].min() < served < framings[:, 2].max()
    assert framings[:, 2].mean() == pytest.approx(served, abs=0.05)


@pytest.mark.usefixtures("whole_faces")
def test_a_framing_never_leaves_the_image() -> None:
    image, corner = np.zeros((120, 120, 3), np.uint8), np.array([0, 70, 50, 50], np.float32)
    x, y, _ = centres_and_sizes(corner, image).T
    mirrored = x > 0.5
    assert mirrored.any()
    assert not mirrored.all()
    assert np.where(mirrored, 1 - x, x).max() < 0.5
    assert y.min() > 0.5


def test_a_face_that_is_cut_off_goes_on_beyond_the_edge() -> None:
    """As the service shows one: the very pixels, and the part that is left in its box."""
    image = np.random.default_rng(0).integers(0, 255, (120, 120, 3), np.uint8)
    changes = np.random.default_rng(1).integers(0, 2, (120, 120)).astype(np.int8)
    box, sides = np.array([30, 20, 40, 60], np.float32), set()
    for seed in range(30):
        shown = cut_off(Example(image, changes, box), np.random.default_rng(seed))
        x, y, width, height = shown.box
        left, right = round(x), round(x + width)
        top, bottom = round(y), round(y + height)
        lost = (x > 30, x + width < 70, y > 20, y + height < 80)
        sides.add(lost)
        assert sum(lost) <= 1
        assert width * height >= 0.6 * 40 * 60
        rows = slice(top if lost[2] else 0, bottom if lost[3] else 120)
        columns = slice(left if lost[0] else 0, right if lost[1] else 120)
        for now, before in ((shown.image, image), (shown.changes, changes)):
            beyond = [(top, 120 - bottom), (left, 120 - right)]
            pads = [
                (ahead * lost[2 - 2 * axis], behind * lost[3 - 2 * axis])
                for axis, (ahead, behind) in enumerate(beyond)
            ]
            pads += [(0, 0)] * (before.ndim - 2)
            assert np.array_equal(now, np.pad(before[rows, columns], pads, mode="edge"))
    assert len(sides) >= 4


def test_a_picture_without_a_face_is_not_cut_off() -> None:
    whole = example(IMAGE, NO_BOX)
    assert cut_off(whole, np.random.default_rng(0)) is whole


def test_some_faces_of_a_training_are_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of whichever label: ``scramble`` is not told it."""
    seen = []

    def seeing(shown: Example, generator: np.random.Generator) -> Example:
        seen.append(shown)
        return cut_off(shown, generator)

    monkeypatch.setattr(augment, "cut_off", seeing)
    scrambled(range(200))
    assert 8 <= len(seen) <= 40


def test_without_a_face_nearly_all_is_shown() -> None:
    gradient = np.repeat(np.arange(120, dtype=np.uint8)[:, None, None], 120, axis=1).repeat(3, 2)
    for seed in range(20):
        framed = scramble(96, MARGIN)(example(gradient, NO_BOX), np.random.default_rng(seed))
        assert framed.image.shape == (96, 96, 3)
        assert np.ptp(framed.image.mean(axis=(1, 2))) > 0.5 * 120 * 0.6


def test_the_services_own_cut_lies_among_the_framings() -> None:
    face = faces.FaceFinder().find(np.asarray(PORTRAIT))[0]
    box = np.array([face.x, face.y, face.width, face.height], np.float32)
    edge = len(faces.cut(np.asarray(PORTRAIT), face, 0.2))
    least, most = (len(faces.cut(np.asarray(PORTRAIT), face, 0.2 * part)) for part in (0.5, 1.5))
    assert least < edge < most
    sizes = centres_and_sizes(box, np.asarray(PORTRAIT))[:, 2]
    assert face.width / most < sizes.mean() < face.width / least
