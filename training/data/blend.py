"""Forgeries made of real photographs, by nothing but what every face swap does.

A face is blended over a picture inside a soft mask: either a slightly changed copy of the
picture's own (self-blended images, Shiohara and Yamasaki 2022, "Detecting Deepfakes with
Self-Blended Images", arXiv 2204.08376) or another person's, laid on its landmarks and matched in
colour or light (Li et al. 2020, "Face X-ray", arXiv 1912.13458). What is left to learn is the
blending, no generator, source or look: each photograph gives both labels.

Landmarks are float32 ``[5, 2]``, x and y in pixels: eyes, nose and corners of the mouth, the one
that is left in the picture first.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from training.data.augment import recolour
from training.data.changes import Changes
from training.data.example import Image

Floats = NDArray[np.float32]

# Corners of a hull around the inner face, from the middle of the landmarks: in units across (from
# eye to eye) and down (from the eyes to the mouth).
HULL = np.array(
    [
        *((-0.85, -0.75), (0, -1.0), (0.85, -0.75), (0.95, 0.1)),
        *((0.6, 0.95), (0, 1.25), (-0.6, 0.95), (-0.95, 0.1)),
    ],
    np.float32,
)


def self_blend(
    image: Image, landmarks: Floats, generator: np.random.Generator
) -> tuple[Image, Changes]:
    """Blend uint8 RGB ``[side, side, 3]`` with a changed copy of itself; also tell where."""
    copy = _shifted(_changed(image, generator), generator)
    inner, outer = (copy, image) if generator.random() < 0.5 else (image, copy)
    return _blend(inner, outer, landmarks, generator)


def swap(
    image: Image,
    landmarks: Floats,
    donor: Image,
    its_landmarks: Floats,
    generator: np.random.Generator,
) -> tuple[Image, Changes]:
    """Give uint8 RGB ``image`` the face of ``donor``, both ``[side, side, 3]``; also tell where."""
    fit = similarity if generator.random() < 0.5 else affine
    matrix = fit(its_landmarks, landmarks)
    face = cv2.warpAffine(donor, matrix, image.shape[1::-1], borderMode=cv2.BORDER_REFLECT_101)
    if generator.random() < 0.5:
        face = _lit(np.asarray(face, np.uint8), image, landmarks, generator.uniform(0.06, 0.3))
    else:
        face = _matched(np.asarray(face, np.uint8), image, landmarks, generator.uniform(0.3, 1))
    if generator.random() < 0.3:
        face = _coarser(face, generator.uniform(1.2, 3))
    return _blend(face, image, landmarks, generator)


def affine(points: Floats, onto: Floats) -> Floats:
    """The matrix ``[2, 3]`` that lays ``points`` on others with the least square error."""
    return np.linalg.lstsq(np.hstack([points, np.ones((5, 1), np.float32)]), onto)[0].T


def similarity(points: Floats, onto: Floats) -> Floats:
    """The same without shear: a face that looks elsewhere keeps its shape, and fits badly."""
    x, y = points.T
    zeros, ones = np.zeros(5), np.ones(5)
    rows = np.vstack([np.stack([x, -y, ones, zeros], 1), np.stack([y, x, zeros, ones], 1)])
    scaled, turned, right, down = np.linalg.lstsq(rows, onto.T.reshape(-1))[0]
    return np.array([[scaled, -turned, right], [turned, scaled, down]], np.float32)


def _blend(
    inner: Image, outer: Image, landmarks: Floats, generator: np.random.Generator
) -> tuple[Image, Changes]:
    mask = _mask(len(outer), landmarks, generator)
    strength = np.float32(generator.choice([0.5, 0.75, 1, 1, 1]))
    blended = cv2.blendLinear(inner, outer, mask * strength, 1 - mask * strength)
    return np.asarray(blended, np.uint8), np.asarray(mask > 0.5, np.int8)


def _changed(image: Image, generator: np.random.Generator) -> Image:
    """Another colour, brightness and sharpness."""
    gains = generator.uniform(0.88, 1.14, 3)
    x = recolour(image, gains, generator.uniform(0.85, 1.15), generator.uniform(0.7, 1.3))
    if generator.random() < 0.5:
        return _coarser(x, generator.uniform(1.2, 4))
    more = generator.uniform(0, 1)
    soft = cv2.GaussianBlur(x, (0, 0), 1.5)
    return np.asarray(cv2.addWeighted(x, 1 + more, soft, -more, 0), np.uint8)


def _coarser(x: Image, factor: float) -> Image:
    side = len(x)
    small = cv2.resize(x, (round(side / factor),) * 2, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(small, (side, side), interpolation=cv2.INTER_CUBIC), np.uint8)


def _shifted(x: Image, generator: np.random.Generator) -> Image:
    """Moved by up to 3 %, scaled by up to 5 %, turned by up to 3 degrees."""
    side = len(x)
    angle, scale = generator.uniform(-3, 3), generator.uniform(0.95, 1.05)
    matrix = np.asarray(cv2.getRotationMatrix2D((side / 2, side / 2), angle, scale), np.float64)
    matrix[:, 2] += generator.uniform(-0.03, 0.03, 2) * side
    moved = cv2.warpAffine(x, matrix, (side, side), borderMode=cv2.BORDER_REFLECT_101)
    return np.asarray(moved, np.uint8)


def _matched(face: Image, image: Image, landmarks: Floats, strength: float) -> Image:
    """Each channel's mean and spread around the landmarks, brought nearer to those of ``image``."""
    inside = np.clip(landmarks, 0, len(image) - 1).astype(int)
    (left, top), (right, bottom) = inside.min(axis=0), inside.max(axis=0) + 1
    middle, spread = cv2.meanStdDev(face[top:bottom, left:right])
    wanted, its_spread = cv2.meanStdDev(image[top:bottom, left:right])
    gains = 1 + strength * (np.clip(its_spread / (spread + 1), 0.5, 2) - 1)
    offsets = middle + strength * (wanted - middle) - gains * middle
    return np.asarray(cv2.transform(face, np.hstack([np.diag(gains[:, 0]), offsets])), np.uint8)


def _lit(face: Image, image: Image, landmarks: Floats, reach: float) -> Image:
    """In the light of ``image``: coarser than ``reach`` times the eyes' distance they are alike.

    What classical swaps do (Earl 2015, "Switching Eds"): they leave no step in colour to be seen.
    """
    left_eye, right_eye = landmarks[:2]
    deviation = max(1.0, reach * float(np.hypot(*(right_eye - left_eye))))
    wanted, given = (
        cv2.GaussianBlur(x, (0, 0), deviation).astype(np.float32) for x in (image, face)
    )
    lit = face * (wanted + 1) / (given + 1)
    return np.asarray(np.clip(np.rint(lit), 0, 255), np.uint8)


def _mask(side: int, landmarks: Floats, generator: np.random.Generator) -> Floats:
    """A soft hull around the inner face, ``[side, side]`` in 0..1, of random size."""
    left_eye, right_eye, _, *mouth = landmarks
    across, down = right_eye - left_eye, np.mean(mouth, axis=0) - (left_eye + right_eye) / 2
    scale = generator.uniform(0.7, 1.15, 2) * generator.uniform(0.9, 1.1, (len(HULL), 1))
    corners = landmarks.mean(axis=0) + HULL * scale @ np.stack([across, down])
    mask = np.zeros((side, side), np.float32)
    cv2.fillConvexPoly(mask, cv2.convexHull(np.rint(corners).astype(np.int32)), 1.0)
    soft = cv2.GaussianBlur(mask, (0, 0), generator.uniform(0.004, 0.03) * side)
    return np.asarray(soft, np.float32)
