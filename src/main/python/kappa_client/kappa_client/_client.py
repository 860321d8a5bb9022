"""A server and what it can do."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timezone
from os import PathLike
from pathlib import Path
from typing import Any, Iterator, Mapping
from urllib.parse import quote

from ._comparison import Comparison
from ._http import Http
from ._run import Run

_SUBMIT_PATIENCE = 10
_PAGE = 100


@dataclass(frozen=True)
class Experiment:
    """A kind of experiment: `schema` is the JSON schema of its parameters, `example` parameters that run on
    what is bundled."""

    kind: str
    title: str
    answers: str
    schema: dict[str, Any] = field(repr=False)
    example: dict[str, Any] = field(repr=False)

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Experiment:
        return cls(
            document["experiment"],
            document["title"],
            document["answers"],
            document["parameters"],
            document["example"]["parameters"],
        )


class Kappa:
    """A Kappa server.

        kappa = Kappa("http://127.0.0.1:8080")
        run = kappa.submit("jacobian_rank", kappa.experiment("jacobian_rank").example).wait()
        run.metrics()

    Whatever the server refuses is raised as `KappaError`.
    """

    def __init__(self, base_url: str = "http://127.0.0.1:8080", *, api_key: str | None = None):
        self._http = Http(base_url, api_key)

    def experiments(self) -> list[Experiment]:
        return [Experiment.of(found) for found in self._http.get("experiments").json()["experiments"]]

    def experiment(self, kind: str) -> Experiment:
        return Experiment.of(self._http.get(f"experiments/{quote(kind, safe='')}").json())

    def submit(
        self,
        kind: str,
        parameters: Mapping[str, Any],
        *,
        seed: int | None = None,
        blocks: int | None = None,
        priority: int | None = None,
        deadline_seconds: int | None = None,
        labels: Mapping[str, str] | None = None,
    ) -> Run:
        """A new run, queued. Sent again where no answer came; it is one run all the same. It fails where it has not
        ended `deadline_seconds` after its request."""
        options = {
            "seed": seed,
            "blocks": blocks,
            "priority": priority,
            "deadline_seconds": deadline_seconds,
            "labels": labels,
        }
        response = self._http.repeat(
            "POST",
            "runs",
            patience=_SUBMIT_PATIENCE,
            json=_body(kind, parameters, **options),
            headers={"Idempotency-Key": str(uuid.uuid4())},
        )
        return Run(self._http, response.json())

    def plan(self, kind: str, parameters: Mapping[str, Any], *, blocks: int | None = None) -> dict[str, Any]:
        """What a run would cost; nothing is created."""
        return self._http.post("runs:plan", _body(kind, parameters, blocks=blocks)).json()

    def run(self, id: str) -> Run:
        return Run(self._http, self._http.get(f"runs/{quote(id, safe='')}").json())

    def runs(
        self,
        *,
        state: str | None = None,
        experiment: str | None = None,
        model: str | None = None,
        labels: Mapping[str, str] | None = None,
        created_after: datetime | None = None,
    ) -> Iterator[Run]:
        """All runs that meet what is given, newest first, asked for page by page."""
        filters = {
            "state": state,
            "experiment": experiment,
            "model": model,
            "created_after": None if created_after is None else created_after.astimezone(timezone.utc).isoformat(),
            "page_size": _PAGE,
            **{f"label.{name}": value for name, value in (labels or {}).items()},
        }
        query = {name: value for name, value in filters.items() if value is not None}
        while True:
            page = self._http.get("runs", params=query).json()
            yield from (Run(self._http, found) for found in page["runs"])
            if "next_page_token" not in page:
                return
            query["page_token"] = page["next_page_token"]

    def read(self, path: str | PathLike[str]) -> Run:
        """Makes a run readable here that was exported elsewhere; it is not executed."""
        return Run(self._http, self._http.upload("runs:import", Path(path), "application/zip").json())

    def compare(self, *runs: Run | str) -> Comparison:
        """Runs that have succeeded; the first is what the others are compared with."""
        ids = ",".join(run.id if isinstance(run, Run) else run for run in runs)
        return Comparison.of(self._http.get("comparisons", params={"runs": ids}).json())

    def close(self) -> None:
        self._http.close()

    def __enter__(self) -> Kappa:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Kappa({self._http.base_url!r})"


def _body(kind: str, parameters: Mapping[str, Any], **options: Any) -> dict[str, Any]:
    given = {name: value for name, value in options.items() if value is not None}
    return {"experiment": kind, "parameters": dict(parameters), **given}
