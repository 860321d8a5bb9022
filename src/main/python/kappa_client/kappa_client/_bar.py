"""A line that shows how far a run is."""

from __future__ import annotations

import sys
from typing import TextIO

_CELLS = 30


class Bar:
    """Redraws its line on a terminal and in a notebook; elsewhere writes a line for each phase."""

    def __init__(self, title: str, stream: TextIO | None = None):
        self._title = title
        self._stream = stream or sys.stdout
        self._redraws = self._stream.isatty() or "ipykernel" in sys.modules
        self._phase = ""
        self._shown = ""

    def show(self, phase: str, fraction: float, note: str = "") -> None:
        if self._redraws:
            self._redraw(line(self._title, phase, fraction, note))
        elif phase != self._phase:
            print(f"{self._title} {phase}", file=self._stream, flush=True)
        self._phase = phase

    def close(self) -> None:
        if self._shown:
            print(file=self._stream, flush=True)

    def _redraw(self, text: str) -> None:
        if text != self._shown:
            print("\r" + text.ljust(len(self._shown)), end="", file=self._stream, flush=True)
            self._shown = text


def line(title: str, phase: str, fraction: float, note: str) -> str:
    full = round(_CELLS * fraction)
    return f"{title} {'█' * full}{'░' * (_CELLS - full)} {fraction:4.0%} {phase} {note}".rstrip()
