"""JSON of the server as pandas."""

from __future__ import annotations

from typing import Any, Iterable, Mapping

import pandas as pd

NOT_FINITE = {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": float("-inf")}

_TAKEN = frozenset(
    "name value low high level method unit n flags version run difference difference_low difference_high".split()
)


def finite_or_not(value: Any) -> Any:
    """NaN and infinities, which JSON has as strings, as floats; all else as it is."""
    return NOT_FINITE.get(value, value) if isinstance(value, str) else value


def decoded(document: Any) -> Any:
    """A document of numbers, such as a figure, with its NaN and infinities."""
    if isinstance(document, dict):
        return {key: decoded(value) for key, value in document.items()}
    if isinstance(document, list):
        return [decoded(value) for value in document]
    return finite_or_not(document)


def table(document: Mapping[str, Any]) -> pd.DataFrame:
    """A table; its title is in `attrs`. A null among numbers becomes NaN."""
    columns = list(zip(*document["rows"])) or [()] * len(document["columns"])
    frame = pd.DataFrame({name: _column(cells) for name, cells in zip(document["columns"], columns)})
    frame.attrs["title"] = document["title"]
    return frame


def _column(cells: Iterable[Any]) -> list[Any]:
    """Text stays text, even where it reads `NaN`, if any other cell of the column is text."""
    cells = list(cells)
    if any(isinstance(cell, str) and cell not in NOT_FINITE for cell in cells):
        return cells
    return [finite_or_not(cell) for cell in cells]


def metrics(documents: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """A row for each metric, a column for each dimension that any of them has."""
    documents = list(documents)
    rows = [
        {
            "name": metric["name"],
            **_dimensions(metric),
            "value": finite_or_not(metric["value"]),
            **_interval(metric.get("interval")),
            "unit": metric["unit"],
            "n": metric["n"],
            "flags": metric["flags"],
            "version": metric["version"],
        }
        for metric in documents
    ]
    after = ["value", "low", "high", "level", "method", "unit", "n", "flags", "version"]
    return _frame(rows, documents, after)


def compared(rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """A row for each metric and run, with its difference from the first run."""
    rows = list(rows)
    cells = [
        {
            "name": row["name"],
            **_dimensions(row),
            "run": cell["run"],
            "value": finite_or_not(cell.get("value")),
            **_ends(cell.get("interval"), ""),
            "difference": finite_or_not(cell.get("difference")),
            **_ends(cell.get("difference_interval"), "difference_"),
            "unit": row["unit"],
            "n": cell.get("n"),
            "flags": cell.get("flags", []),
        }
        for row in rows
        for cell in row["values"]
    ]
    after = ["run", "value", "low", "high", "difference", "difference_low", "difference_high", "unit", "n", "flags"]
    return _frame(cells, rows, after)


def _dimensions(metric: Mapping[str, Any]) -> dict[str, Any]:
    return {_dimension(key): finite_or_not(value) for key, value in metric["dimensions"].items()}


def _interval(found: Mapping[str, Any] | None) -> dict[str, Any]:
    found = found or {}
    return {**_ends(found, ""), "level": found.get("level"), "method": found.get("method")}


def _ends(found: Mapping[str, Any] | None, prefix: str) -> dict[str, Any]:
    found = found or {}
    return {f"{prefix}{end}": finite_or_not(found.get(end)) for end in ("low", "high")}


def _dimension(key: str) -> str:
    return f"dimension_{key}" if key in _TAKEN else key


def _frame(rows: list[dict[str, Any]], metrics: list[Mapping[str, Any]], after: list[str]) -> pd.DataFrame:
    """Whole numbers among the dimensions, such as a width, stay whole where some metrics have none."""
    found = list({_dimension(key): None for metric in metrics for key in metric["dimensions"]})
    frame = pd.DataFrame(rows, columns=["name", *found, *after])
    for name in found:
        if all(type(row[name]) is int for row in rows if name in row):
            frame[name] = frame[name].astype("Int64")
    return frame
