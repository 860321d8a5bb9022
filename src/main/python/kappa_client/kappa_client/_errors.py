"""The one exception."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Mapping

import httpx


@dataclass(frozen=True)
class Reason:
    """One place of a request that is wrong, by JSON pointer."""

    pointer: str
    code: str
    detail: str


class KappaError(Exception):
    """What the server answered instead, or how a run ended.

    `code` is stable and for programs, `detail` is for people, `errors` are the places of the request that are
    wrong. `status` is that of HTTP; None where no answer came (code `unreachable`) or a run ended without
    findings (code of its fault, or `cancelled`).
    """

    def __init__(
        self,
        code: str,
        detail: str,
        *,
        status: int | None = None,
        errors: tuple[Reason, ...] = (),
        retryable: bool = False,
        request_id: str | None = None,
    ):
        super().__init__(code, detail)
        self.code = code
        self.detail = detail
        self.status = status
        self.errors = errors
        self.retryable = retryable
        self.request_id = request_id

    def __str__(self) -> str:
        places = [f"\n  {reason.pointer}: {reason.detail} ({reason.code})" for reason in self.errors]
        return f"{self.code}: {self.detail}" + "".join(places)

    @classmethod
    def of(cls, response: httpx.Response) -> KappaError:
        problem = _json_object(response)
        return cls(
            problem.get("code") or f"http_{response.status_code}",
            problem.get("detail") or problem.get("title") or f"{response.request.url} answered {response.status_code}",
            status=response.status_code,
            errors=tuple(
                Reason(reason.get("pointer", ""), reason.get("code", ""), reason.get("detail", ""))
                for reason in problem.get("errors", ())
            ),
            retryable=bool(problem.get("retryable", False)),
            request_id=problem.get("request_id"),
        )


def _json_object(response: httpx.Response) -> Mapping[str, Any]:
    """The problem; empty where something between us and the server answered in another form."""
    try:
        body = response.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
