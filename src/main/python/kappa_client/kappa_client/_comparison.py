"""Runs side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Mapping

import pandas as pd

from . import _frames


@dataclass(frozen=True)
class Comparison:
    """`metrics` has a row for each metric and run, with its difference from the first run; `parameters` a row
    for each parameter in which the runs differ; `warnings` what one must know before comparing."""

    metrics: pd.DataFrame
    parameters: pd.DataFrame
    warnings: pd.DataFrame

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Comparison:
        runs = [run["id"] for run in document["runs"]]
        parameters = {parameter["name"]: parameter["values"] for parameter in document["parameters"]}
        return cls(
            _frames.compared(document["metrics"]),
            pd.DataFrame.from_dict(parameters, orient="index", columns=runs),
            pd.DataFrame(document["warnings"], columns=["code", "metric", "dimensions", "runs", "detail"]),
        )

    def _repr_html_(self) -> str:
        warnings = self.warnings[["code", "metric", "detail"]]
        shown = [self.metrics] if warnings.empty else [warnings, self.metrics]
        return "".join(frame.to_html(index=False, na_rep="") for frame in shown)
