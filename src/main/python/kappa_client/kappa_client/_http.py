"""Requests and, where sending twice does no harm, their repetition."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any, Mapping

import httpx

from ._errors import KappaError

_TIMEOUT = httpx.Timeout(60, connect=5)
_FIRST_PAUSE = 0.25
_LONGEST_PAUSE = 5.0


class Http:
    """A server's `/v1`."""

    def __init__(self, base_url: str, api_key: str | None = None):
        headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        self.base_url = base_url.rstrip("/")
        self._client = httpx.Client(base_url=f"{self.base_url}/v1", headers=headers, timeout=_TIMEOUT)

    def get(self, path: str, *, patience: float = 2, **options: Any) -> httpx.Response:
        return self.repeat("GET", path, patience=patience, **options)

    def post(self, path: str, body: Mapping[str, Any] | None = None) -> httpx.Response:
        return self._once("POST", path, json=body)

    def patch(self, path: str, body: Mapping[str, Any]) -> httpx.Response:
        return self._once("PATCH", path, json=body)

    def download(self, path: str, to: Path) -> Path:
        """Writes an answer to a file as it comes."""
        try:
            with self._client.stream("GET", f"/{path}") as response:
                if not response.is_success:
                    response.read()
                    raise KappaError.of(response)
                with to.open("wb") as file:
                    for chunk in response.iter_bytes():
                        file.write(chunk)
        except httpx.TransportError as error:
            raise self._unreachable(error) from error
        return to

    def upload(self, path: str, file: Path, type: str) -> httpx.Response:
        with file.open("rb") as content:
            return self._once("POST", path, content=content, headers={"Content-Type": type})

    def repeat(self, method: str, path: str, *, patience: float, **options: Any) -> httpx.Response:
        """Asks again for `patience` seconds while nobody answers or the server is not ready."""
        end = time.monotonic() + patience
        pause = _FIRST_PAUSE
        while True:
            try:
                return self._once(method, path, **options)
            except KappaError as error:
                if not (error.code == "unreachable" or error.status == 503) or time.monotonic() + pause > end:
                    raise
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    def _once(self, method: str, path: str, **options: Any) -> httpx.Response:
        try:
            response = self._client.request(method, f"/{path}", **options)
        except httpx.TransportError as error:
            raise self._unreachable(error) from error
        if response.is_success:
            return response
        raise KappaError.of(response)

    def _unreachable(self, error: Exception) -> KappaError:
        return KappaError("unreachable", f"{self.base_url} does not answer: {error}", retryable=True)

    def close(self) -> None:
        self._client.close()
