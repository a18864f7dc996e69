"""Where the faces are, and the squares that the network sees of them."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from service.errors import FaceModelError
from service.pictures import imaging
from service.pictures.faces import (
    Face,
    FaceFinder,
    _installed,
    crop,
    cut,
    is_cut,
    look,
    square,
)
from tests.pictures import PORTRAIT, encode, smooth, two_faces

MARGIN = 0.2


def centre(face: Face) -> tuple[float, float]:
    return face.x + face.width / 2, face.y + face.height / 2


def pixels(image: Image.Image) -> imaging.Pixels:
    return np.asarray(image)


def test_a_portraits_face_is_found_where_it_is(finder: FaceFinder) -> None:
    (face,) = finder.find(pixels(PORTRAIT))
    x, y = centre(face)
    assert abs(x - 163) < 12
    assert abs(y - 119) < 12
    assert 70 < face.width < 110
    assert face.score > 0.8


def test_a_face_of_a_scaled_picture_has_its_edges_rounded() -> None:
    """Not its width, which would move the far edge by the error of the near one as well."""
    face = Face(3, 5, 5, 7, 0.9, ((4.0, 6.0),)).scaled(1.5)
    assert (face.x, face.x + face.width) == (4, 12)
    assert (face.y, face.y + face.height) == (8, 18)
    assert face.landmarks == ((6.0, 9.0),)
    assert face.score == 0.9


def test_two_faces_are_found_the_larger_first(finder: FaceFinder) -> None:
    large, small = finder.find(pixels(two_faces()))
    assert centre(large)[0] < 320 < centre(small)[0]
    assert large.width == pytest.approx(1.5 * small.width, rel=0.2)


@pytest.mark.parametrize("scale", [0.3, 1, 2, 6, 12])
def test_boxes_are_in_the_pictures_own_pixels(finder: FaceFinder, scale: float) -> None:
    """Also where the picture is shrunk for the search."""
    side = round(PORTRAIT.width * scale)
    (face,) = finder.find(pixels(PORTRAIT.resize((side, side), Image.Resampling.BICUBIC)))
    x, y = centre(face)
    assert abs(x / scale - 163) < 14
    assert abs(y / scale - 119) < 14


def test_a_box_lies_inside_the_picture(finder: FaceFinder) -> None:
    cut = PORTRAIT.crop((150, 60, 320, 320))  # through the middle of the face
    for face in finder.find(pixels(cut)):
        assert 0 <= face.x < face.x + face.width <= cut.width
        assert 0 <= face.y < face.y + face.height <= cut.height


@pytest.mark.parametrize("size", [(32, 32), (33, 900), (1000, 40), (640, 32)])
def test_no_face_is_found_where_none_is(finder: FaceFinder, size: tuple[int, int]) -> None:
    assert finder.find(pixels(smooth(1).resize(size))) == []


def test_an_exif_rotated_picture_is_upright_before_the_search(finder: FaceFinder) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    data = encode(two_faces().transpose(Image.Transpose.ROTATE_90), "PNG", exif=exif)
    assert finder.find(imaging.decode(data).pixels) == finder.find(pixels(two_faces()))


def on_a_canvas(width: int, height: int, places: list[tuple[int, int, int]]) -> imaging.Pixels:
    """The portrait at each x and y, with so long a side."""
    canvas = Image.new("RGB", (width, height), (240, 240, 242))
    for x, y, side in places:
        canvas.paste(PORTRAIT.resize((side, side), Image.Resampling.BICUBIC), (x, y))
    return pixels(canvas)


def middles(faces: list[Face]) -> list[tuple[int, int]]:
    return sorted((round(y), round(x)) for x, y in map(centre, faces))


@pytest.mark.parametrize("side", [220, 320, 700])
def test_each_face_of_a_scrolled_screenshot_is_found_once(finder: FaceFinder, side: int) -> None:
    """Wherever it lies: in one tile, in two, or across a border between two."""
    tops = [40, 1000, 2160 - side // 2, 3240 - side // 2, 5800, 8000 - side]
    image = on_a_canvas(1080, 8000, [(200, top, side) for top in tops])
    found = middles(finder.find(image))
    assert len(found) == len(tops)
    scale = side / PORTRAIT.width
    for (y, x), top in zip(found, tops, strict=True):
        assert abs(x - 200 - 163 * scale) < 20 * scale
        assert abs(y - top - 119 * scale) < 20 * scale


def test_the_faces_of_a_panorama_are_found(finder: FaceFinder) -> None:
    lefts = range(150, 9500, 950)
    image = on_a_canvas(10_000, 1250, [(left, 450, 250) for left in lefts])
    faces = finder.find(image)
    assert len(faces) == len(lefts)
    landmarks = [sum(x for x, _ in face.landmarks) / 5 for face in faces]
    assert landmarks == pytest.approx([centre(face)[0] for face in faces], abs=20)


def test_a_face_that_is_larger_than_a_tiles_half_is_found_once(finder: FaceFinder) -> None:
    (face,) = finder.find(on_a_canvas(1000, 6000, [(-600, 1000, 2200)]))
    assert face.height > 700
    assert abs(centre(face)[1] - 1000 - 119 * 2200 / 320) < 120


def test_a_picture_of_common_shape_is_searched_once(
    finder: FaceFinder, monkeypatch: pytest.MonkeyPatch
) -> None:
    searched = []

    def search(_: FaceFinder, it: imaging.Pixels, _alone: bool) -> list[Face]:
        searched.append(it.shape)
        return []

    monkeypatch.setattr(FaceFinder, "_search", search)
    finder.find(pixels(two_faces()))
    assert searched == [(320, 640, 3)]


def test_many_threads_get_the_same_answers(finder: FaceFinder) -> None:
    images = [pixels(PORTRAIT), pixels(two_faces()), pixels(smooth(1))] * 8
    alone = [finder.find(image) for image in images]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(finder.find, images)) == alone


def test_a_crop_is_the_square_around_the_face_with_its_margin() -> None:
    image = np.zeros((300, 400, 3), np.uint8)
    image[100:150, 200:240] = 255  # a face of 40 x 50
    cropped = crop(image, Face(200, 100, 40, 50, 1.0), MARGIN, side=70)  # 50 + 2 x 10 pixels
    rows, columns = np.nonzero(cropped[:, :, 0])
    assert cropped.shape == (70, 70, 3)
    assert (rows.min(), rows.max()) == (10, 59)
    assert (columns.min(), columns.max()) == (15, 54)


@pytest.mark.parametrize("place", [(10, 10), (350, 10), (10, 240), (350, 240)])
def test_a_crop_near_the_edge_is_moved_inside_not_padded(place: tuple[int, int]) -> None:
    image = np.random.default_rng(0).integers(0, 255, (300, 400, 3), np.uint8)
    face = Face(*place, 40, 50, 1.0)
    left, top, edge = square(face, 1.0, 400, 300)
    assert np.array_equal(cut(image, face, 1.0), image[top : top + edge, left : left + edge])
    assert not is_cut(face, 1.0, 400, 300)


@pytest.mark.parametrize("corner", [(0, 0), (360, 0), (0, 250), (360, 250)])
def test_beyond_an_edge_that_cuts_a_face_its_pixels_go_on(corner: tuple[int, int]) -> None:
    image = np.zeros((300, 400, 3), np.uint8)
    x, y = corner
    image[y : y + 50, x : x + 40] = 200
    face = Face(*corner, 40, 50, 1.0)
    shown = cut(image, face, 1.0)
    assert is_cut(face, 1.0, 400, 300)
    assert shown.shape == (150, 150, 3)
    assert shown[75, 75, 0] == 200  # the face is in the middle
    far = (0 if y == 0 else -1, 0 if x == 0 else -1)
    assert shown[far][0] == 200  # and goes on into the corner
    assert shown[-1 - far[0], -1 - far[1], 0] == 0


def test_a_face_that_fills_the_picture_gives_the_largest_square() -> None:
    ramp = np.arange(200).astype(np.uint8)
    image = np.broadcast_to(ramp[None, :, None], (100, 200, 3)).copy()
    cropped = crop(image, Face(44, 0, 112, 100, 1.0), margin=0.5, side=100)
    assert np.array_equal(cropped, image[:, 50:150])


def test_the_whole_is_shown_without_a_margin_or_a_face(finder: FaceFinder) -> None:
    for image, margin in ((pixels(PORTRAIT), None), (pixels(smooth(1)), MARGIN)):
        found, shown = look(image, finder, margin, 64)
        assert found == []
        assert np.array_equal(shown, imaging.resize(image, 64)[None])


def test_each_face_is_shown_in_the_order_of_the_faces(finder: FaceFinder) -> None:
    image = pixels(two_faces())
    found, shown = look(image, finder, MARGIN, 64)
    assert shown.shape == (2, 64, 64, 3)
    for face, its_pixels in zip(found, shown, strict=True):
        assert np.array_equal(its_pixels, crop(image, face, MARGIN, 64))


def test_of_a_crowd_only_the_largest_are_cut_out(
    finder: FaceFinder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.pictures.faces.MAX_FACES", 1)
    found, shown = look(pixels(two_faces()), finder, MARGIN, 64)
    assert len(found) == 2
    assert np.array_equal(shown, crop(pixels(two_faces()), found[0], MARGIN, 64)[None])


def test_the_file_may_lie_elsewhere(tmp_path: Path) -> None:
    copy = Path(shutil.copy(_installed(), tmp_path / "yunet.onnx"))
    assert len(FaceFinder(copy).find(pixels(PORTRAIT))) == 1


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(FaceModelError, match=r"absent.onnx: No such file"):
        FaceFinder(tmp_path / "absent.onnx")


def test_without_the_package_the_file_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.pictures.faces.PACKAGE", "no-such-package")
    with pytest.raises(FaceModelError, match=r"yunet.*comes with the package no-such-package"):
        FaceFinder()


def test_another_file_is_refused(tmp_path: Path) -> None:
    changed = bytearray(_installed().read_bytes())
    changed[1000] ^= 1
    (tmp_path / "yunet.onnx").write_bytes(changed)
    with pytest.raises(FaceModelError, match="not the face detector that is expected"):
        FaceFinder(tmp_path / "yunet.onnx")
