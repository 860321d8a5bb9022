"""Kappa from a notebook: submit runs, wait for them, read their numbers as pandas."""

from ._client import Experiment, Kappa
from ._comparison import Comparison
from ._errors import KappaError, Reason
from ._figure import Figure
from ._run import Progress, Run

__all__ = ["Comparison", "Experiment", "Figure", "Kappa", "KappaError", "Progress", "Reason", "Run"]
