"""A run: follow it, read what it found."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any, Mapping
from urllib.parse import quote

import pandas as pd

from . import _frames
from ._bar import Bar
from ._errors import KappaError
from ._figure import Figure
from ._http import Http

_ENDED = ("SUCCEEDED", "FAILED", "CANCELLED")
_RESTART_SECONDS = 300
_FIRST_PAUSE = 0.2
_LONGEST_PAUSE = 3.0


@dataclass(frozen=True)
class Progress:
    """`done` of `total` blocks; `fraction` counts the blocks under way too."""

    phase: str
    done: int
    total: int
    fraction: float
    eta_seconds: float | None = None

    def __str__(self) -> str:
        left = "" if self.eta_seconds is None else f", {self.eta_seconds:.0f} s left"
        return f"{self.done}/{self.total} blocks{left}"


class Run:
    """A run on the server, as it was when it was last asked for: `refresh()` and `wait()` ask again."""

    def __init__(self, http: Http, info: dict[str, Any]):
        self._http = http
        self.info = info
        """All that the server says of the run."""

    @property
    def id(self) -> str:
        return self.info["id"]

    @property
    def experiment(self) -> str:
        return self.info["experiment"]

    @property
    def state(self) -> str:
        """QUEUED, LOADING, RUNNING, CONCLUDING, CANCELLING, SUCCEEDED, FAILED or CANCELLED."""
        return self.info["state"]

    @property
    def ended(self) -> bool:
        return self.state in _ENDED

    @property
    def progress(self) -> Progress:
        found = self.info["progress"]
        return Progress(found["phase"], found["done"], found["total"], found["fraction"], found.get("eta_seconds"))

    @property
    def parameters(self) -> dict[str, Any]:
        return self.info["parameters"]

    @property
    def seed(self) -> int:
        return self.info["seed"]

    @property
    def labels(self) -> dict[str, str]:
        return self.info["labels"]

    @property
    def provenance(self) -> dict[str, Any]:
        """Hashes of the weights, dictionaries, tokenizer and corpus; devices and versions once it has succeeded."""
        return self.info["provenance"]

    def refresh(self) -> Run:
        self.info = self._http.get(self._path()).json()
        return self

    def wait(self, timeout: float | None = None, *, progress: bool = True) -> Run:
        """Returns when the run has succeeded, and raises `KappaError` when it ended otherwise.

        A restart of the server is waited out. Interrupting (or `TimeoutError` after `timeout` seconds) leaves
        the run going; see `cancel`.
        """
        end = None if timeout is None else time.monotonic() + timeout
        bar = Bar(f"{self.experiment} {self.id}") if progress else None
        try:
            self._follow(end, bar)
        finally:
            if bar:
                bar.close()
        if self.state != "SUCCEEDED":
            code = self.info.get("code") or self.state.lower()
            raise KappaError(code, f"run '{self.id}' is {self.state}: {self.info.get('detail', '')}")
        return self

    def _follow(self, end: float | None, bar: Bar | None) -> None:
        pause = _FIRST_PAUSE
        while True:
            response = self._http.get(self._path(), patience=_RESTART_SECONDS)
            self.info = response.json()
            if bar:
                bar.show(self.progress.phase, self.progress.fraction, str(self.progress))
            if self.ended:
                return
            pause = _pause(response.headers.get("Retry-After"), pause)
            left = math.inf if end is None else end - time.monotonic()
            if left <= 0:
                raise TimeoutError(f"run '{self.id}' is still {self.state} with {self.progress}")
            time.sleep(min(pause, left))

    def cancel(self) -> Run:
        """Asks the run to stop; one that has ended stays as it is."""
        self.info = self._http.post(f"{self._path()}:cancel").json()
        return self

    def reanalyse(
        self, parameters: Mapping[str, Any] | None = None, *, labels: Mapping[str, str] | None = None
    ) -> Run:
        """A child run that concludes this run's tallies with other settings; only the changed ones are named."""
        body = {"parameters": dict(parameters or {}), "labels": dict(labels or {})}
        return Run(self._http, self._http.post(f"{self._path()}:reanalyse", body).json())

    def verify(self) -> Run:
        """A child run that measures this one again; when it has succeeded, `verification` says whether every digit
        is the same, and its table `verification` says it of each number and block."""
        return Run(self._http, self._http.post(f"{self._path()}:verify").json())

    @property
    def verification(self) -> dict[str, Any] | None:
        """Of a verification that has succeeded: how its digits compare with those of the run it measured again."""
        found = self.info.get("verification")
        return None if found is None else _frames.decoded(found)

    def export(self, path: str | PathLike[str]) -> Path:
        """Writes the whole run as one zip, which another server reads by `Kappa.read`."""
        return self._http.download(self._path("export"), Path(path))

    def label(self, labels: Mapping[str, str | None]) -> Run:
        """Sets labels; None takes one away."""
        self.info = self._http.patch(self._path(), {"labels": dict(labels)}).json()
        return self

    def metrics(self) -> pd.DataFrame:
        """A row for each number: name, its dimensions, value, interval, unit, n and flags."""
        return _frames.metrics(self._http.get(self._path("metrics")).json()["metrics"])

    def tables(self) -> dict[str, str]:
        """Title by name."""
        return _titles(self._http.get(self._path("tables")).json()["tables"])

    def table(self, name: str) -> pd.DataFrame:
        return _frames.table(self._http.get(self._path("tables", name), params={"format": "json"}).json())

    def figures(self) -> dict[str, str]:
        """Title by name."""
        return _titles(self._http.get(self._path("figures")).json()["figures"])

    def figure(self, name: str) -> Figure:
        path = self._path("figures", name)
        data = _frames.decoded(self._http.get(path, params={"format": "json"}).json())
        return Figure(name, data["title"], data, self._http.get(path, params={"format": "svg"}).text)

    def _path(self, *parts: str) -> str:
        return "/".join(["runs", *(quote(part, safe="") for part in (self.id, *parts))])

    def __repr__(self) -> str:
        return f"<Run {self.id} {self.experiment} {self.state} {self.progress}>"


def _titles(named: list[dict[str, str]]) -> dict[str, str]:
    return {each["name"]: each["title"] for each in named}


def _pause(retry_after: str | None, last: float) -> float:
    """As the server asks, else ever longer."""
    if retry_after and retry_after.isdigit():
        return max(float(retry_after), _FIRST_PAUSE)
    return min(1.3 * last, _LONGEST_PAUSE)
