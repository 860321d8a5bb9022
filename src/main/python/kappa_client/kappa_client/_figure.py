"""Figures: the drawing and the data behind it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Figure:
    """A figure of a run. A notebook shows it inline.

    `data` is `{name, title, x, y, series, lines}`: axes with label, unit and scale, and for each series its
    points `x`, `y` and the ends `low`, `high` of their intervals.
    """

    name: str
    title: str
    data: dict[str, Any] = field(repr=False)
    svg: str = field(repr=False)

    def save(self, path: str | Path) -> Path:
        path = Path(path)
        path.write_text(self.svg, encoding="utf-8")
        return path

    def _repr_svg_(self) -> str:
        return self.svg
