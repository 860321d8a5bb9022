"""Sends thousands of requests that are derived from the document of the HTTP interface, right ones and wrong
ones, and holds every answer against it: no 5xx that is not documented, no status, type or body outside it.

    pip install schemathesis
    KAPPA_URL=http://127.0.0.1:8080 python src/test/python/fuzz_api.py [requests at least, 5000]

The server should have a home of its own: models, runs and labels come and go. Exits with 1 on any finding.
"""

import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path

import requests
import schemathesis

URL = os.environ["KAPPA_URL"]
SEED = os.environ.get("FUZZ_SEED", "2026")
DOCUMENT = Path(__file__).parents[3] / "api-spec" / "openapi.yaml"
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
MEASURED = {
    "experiment": "jacobian_rank",
    "blocks": 4,
    "parameters": {
        "model": "stories-neox",
        "corpus": "stories-samples",
        "hooks": ["blocks.2.hook_resid_post"],
        "sequences": 8,
        "length": 32,
    },
}
KNOWN = {
    "name": ["spectrum", "convergence", "jacobian_rank", "corpus"],
    "shelf": ["models", "saes"],
    "index": [0, 3, 4],
}
chance = random.Random(SEED)


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    """What exists half of the time: of ids alone, hardly any drawn by chance would be known."""
    if not path_parameters or chance.random() < 0.5:
        return path_parameters
    path = context.operation.path
    ids = [os.environ.get("FUZZ_RUN", "")] if path.startswith("/v1/runs") else ["stories-neox", "stories-l2-x1"]
    known = {**KNOWN, "id": ids}
    return {name: chance.choice(known[name]) if name in known else value for name, value in path_parameters.items()}


@schemathesis.hook
def map_query(context, query):
    """Nobody waits for a minute here."""
    if query and "wait" in query:
        query["wait"] = chance.choice(["0s", "10ms", query["wait"]])
    return query


@schemathesis.serializer("application/zip")
def as_zip(context, value):
    """Archives drawn by chance; a right one is an export, which tests of the server read."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


def main():
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    run = requests.post(f"{URL}/v1/runs", json=MEASURED, timeout=90).json()["id"]
    requests.get(f"{URL}/v1/runs/{run}", params={"wait": "60s"}, timeout=90).raise_for_status()
    environment = {
        **os.environ,
        "FUZZ_RUN": run,
        "SCHEMATHESIS_HOOKS": "fuzz_api",
        "PYTHONPATH": str(Path(__file__).parent),
    }
    command = [sys.executable, "-m", "schemathesis.cli", "run", str(DOCUMENT), "--url", URL, "--checks", CHECKS, "--seed", SEED]
    command += ["--continue-on-failure", "--suppress-health-check", "all", "--request-timeout", "90"]
    # The examples are run by a test of the server; they would measure for minutes here.
    command += ["--phases", "coverage,fuzzing", "--max-examples", str(max(1, wanted // 100)), "--warnings", "off"]
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "requests.ndjson"
        command += ["--report", "ndjson", "--report-ndjson-path", str(report)]
        status = subprocess.run(command, env=environment, check=False).returncode
        sent = report.read_text().count('"status_code"')
    print(f"{sent} requests, seed {SEED}: {'no finding' if status == 0 else 'findings above'}")
    sys.exit(status)


if __name__ == "__main__":
    main()
