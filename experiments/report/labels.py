"""Labels beside points that do not collide: with each other, with points, whiskers or the edge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

#: Directions in which a label may stand, the best-liked first (right, left, above, below, then the corners).
DIRECTIONS = ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, 1), (1, -1), (-1, -1))
#: Distances from the point to the label in pixels at 100 dots an inch.
DISTANCES = (11.0, 20.0, 34.0, 52.0, 74.0, 100.0, 130.0)
ROUNDS = 6
#: A label that stands further from its point than this gets a line to it.
NEAR = 15.0

Point = tuple[float, float]
Line = tuple[Point, Point]


@dataclass(frozen=True)
class Box:
    """A rectangle in pixels."""

    left: float
    bottom: float
    right: float
    top: float

    def overlap(self, other: Box) -> float:
        """Common area."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.top, other.top) - max(self.bottom, other.bottom)
        return max(width, 0.0) * max(height, 0.0)

    def outside(self, frame: Box) -> float:
        """Area of this box beyond a frame."""
        area = (self.right - self.left) * (self.top - self.bottom)
        return area - self.overlap(frame)

    def grown(self, margin: float) -> Box:
        """The box with a margin around it."""
        return Box(self.left - margin, self.bottom - margin, self.right + margin, self.top + margin)


def leader(point: Point, box: Box) -> Line | None:
    """The line from a point to the nearest edge of its label, where the label stands off."""
    end = (min(max(point[0], box.left), box.right), min(max(point[1], box.bottom), box.top))
    return (point, end) if np.hypot(end[0] - point[0], end[1] - point[1]) > NEAR else None


def place_labels(points: Sequence[Point], sizes: Sequence[Point], obstacles: Sequence[Box], frame: Box) -> list[Box]:
    """The box of every label (pixels): each is moved in turn to its cheapest free place, a few rounds over.

    Always the same answer for the same input. Crowded points choose first, because they have the fewest places.
    """
    order = _most_crowded_first(points)
    placed: dict[int, Box] = {}
    for _ in range(ROUNDS):
        before = dict(placed)
        for index in order:
            others = {other: box for other, box in placed.items() if other != index}
            lines = [line for other, box in others.items() if (line := leader(points[other], box))]
            candidates = _candidates(points[index], sizes[index])
            costs = [
                rank + _cost(box, points[index], points, list(others.values()), obstacles, frame, lines)
                for rank, box in enumerate(candidates)
            ]
            placed[index] = candidates[int(np.argmin(costs))]
        if placed == before:
            break
    return [placed[index] for index in range(len(points))]


def _most_crowded_first(points: Sequence[Point]) -> list[int]:
    array = np.asarray(points, dtype=float).reshape(-1, 2)
    distances = np.hypot(*(array[:, None, :] - array[None, :, :]).transpose(2, 0, 1))
    crowding = np.exp(-distances / 80.0).sum(axis=1)
    return sorted(range(len(points)), key=lambda index: (-crowding[index], index))


def _candidates(point: Point, size: Point) -> list[Box]:
    boxes = []
    width, height = size
    for distance in DISTANCES:
        for across, up in DIRECTIONS:
            shrink = 0.75 if across and up else 1.0
            x = point[0] + across * distance * shrink + (across - 1) / 2 * width
            y = point[1] + up * distance * shrink + (up - 1) / 2 * height
            boxes.append(Box(x, y, x + width, y + height))
    return boxes


def _cost(
    box: Box,
    own: Point,
    points: Sequence[Point],
    others: Sequence[Box],
    obstacles: Sequence[Box],
    frame: Box,
    lines: Sequence[Line],
) -> float:
    """How bad a place is: overlaps weigh most, then crossed leader lines; the caller adds distance and unliked directions."""
    roomy = box.grown(2.0)
    cost = 40.0 * roomy.outside(frame)
    cost += 20.0 * sum(roomy.overlap(other) for other in others)
    cost += 12.0 * sum(roomy.overlap(Box(x - 7, y - 7, x + 7, y + 7)) for x, y in points)
    cost += 0.3 * sum(roomy.overlap(obstacle) for obstacle in obstacles)
    line = leader(own, box)
    if line:
        cost += 400.0 * sum(_cross(line, other) for other in lines) + 400.0 * sum(_cuts(line, other) for other in others)
    return cost + 400.0 * sum(_cuts(other, roomy) for other in lines)


def _cross(one: Line, two: Line) -> bool:
    """Whether two segments cross."""

    def side(a: Point, b: Point, c: Point) -> float:
        return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])

    return side(*one, two[0]) * side(*one, two[1]) < 0 and side(*two, one[0]) * side(*two, one[1]) < 0


def _cuts(line: Line, box: Box) -> bool:
    """Whether a segment goes through a box."""
    corners = [(box.left, box.bottom), (box.right, box.bottom), (box.right, box.top), (box.left, box.top)]
    return any(_cross(line, (corners[index], corners[(index + 1) % 4])) for index in range(4))
