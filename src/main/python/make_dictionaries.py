"""Trains the bundled dictionaries with a running Kappa server and writes their cards.

    python make_dictionaries.py --server http://127.0.0.1:8080 --home .kappa --corpus /path/to/stories.txt --output DIR

The corpus is the text that the bundled model was trained on. For each width the server's experiment
`sae_training` runs once; a run that is already there, with equal parameters, is taken as it is. Needs only
Python's own library.
"""

import argparse
import json
import pathlib
import shutil
import time
import urllib.error
import urllib.request

WIDTH = 128
CORPUS = "tinystories"
PARAMETERS = {
    "model": "stories-neox",
    "hook": "blocks.2.hook_resid_post",
    "corpus": CORPUS,
    "sequences": 3000,
    "length": 128,
    "activation": "topk",
    "k": 16,
    "learning_rate": 0.001,
    "epochs": 2,
    "rows": 1024,
    "dead_after": 50000,
    "batch": 16,
    "storage": "float16",
}

CARD = """# stories-l2-x{expansion}

A sparse autoencoder of {width} latents on `blocks.2.hook_resid_post` of the bundled model stories-neox, in
SAELens' layout: {expansion} times the width of the residual stream. Trained by Kappa's own experiment `sae_training`:
TopK, k = 16, Adam, decoder rows of norm 1, an auxiliary loss for dead latents.

Trained on the stories that the model was trained on (the first 2 MiB of the TinyStories training text, licence
CDLA-Sharing-1.0): {trained:,} activations, {epochs} passes over each. Measured on {held:,} activations of sequences it was not
trained on; intervals are 95 %.

| | |
|---|---|
| features on a token (L0) | {l0} |
| fraction of variance unexplained | {fraction_of_variance_unexplained} |
| latents that never fire there | {dead_fraction} |
| loss recovered (0: activation zeroed, 1: untouched) | {loss_recovered} |
| next-token loss, untouched and rebuilt | {clean_loss} and {rebuilt_loss} nats |

Weights are float16 on disk and belong to this project (MIT). The request that makes it again, with the training text as
corpus `{corpus}`:

```json
{body}
```
"""


def call(server, path, body=None):
    request = urllib.request.Request(server + path)
    if body is not None:
        request.data = json.dumps(body).encode()
        request.add_header("Content-Type", "application/json")
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def register(server, corpus):
    try:
        call(server, "/v1/corpora", {"id": CORPUS, "source": "file:" + str(pathlib.Path(corpus).resolve())})
    except urllib.error.HTTPError as refusal:
        if refusal.code != 409:
            raise


def run_of(server, body):
    """The id of a run with this body that succeeded or will; submitted if there is none."""
    runs = call(server, "/v1/runs?page_size=500&experiment=sae_training")["runs"]
    wanted = {**body["parameters"]}
    for run in runs:
        same = all(run["parameters"].get(name) == value for name, value in wanted.items())
        if same and run["seed"] == body["seed"] and run["blocks"] == body["blocks"] and run["state"] != "CANCELLED":
            return run["id"]
    return call(server, "/v1/runs", body)["id"]


def wait(server, run):
    while True:
        state = call(server, "/v1/runs/" + run)
        if state["state"] in ("SUCCEEDED", "FAILED", "CANCELLED"):
            assert state["state"] == "SUCCEEDED", state
            return state
        time.sleep(1)


def shown(metric):
    text = f"{metric['value']:.4g}"
    interval = metric.get("interval")
    return text if not interval else f"{text} [{interval['low']:.4g}, {interval['high']:.4g}]"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--server", default="http://127.0.0.1:8080")
    parser.add_argument("--home", default=".kappa", help="the server's kappa.home")
    parser.add_argument("--corpus", required=True)
    parser.add_argument("--output", required=True)
    arguments = parser.parse_args()
    register(arguments.server, arguments.corpus)
    bodies = {}
    for expansion in (1, 2, 4, 8, 16, 32, 64):
        parameters = {**PARAMETERS, "width": WIDTH * expansion}
        bodies[expansion] = {"experiment": "sae_training", "seed": 1, "blocks": 10, "parameters": parameters}
    runs = {expansion: run_of(arguments.server, body) for expansion, body in bodies.items()}
    for expansion, run in runs.items():
        state = wait(arguments.server, run)
        metrics = {metric["name"]: metric for metric in state["metrics"]}
        folder = pathlib.Path(arguments.output) / f"stories-l2-x{expansion}"
        folder.mkdir(parents=True, exist_ok=True)
        for file in (pathlib.Path(arguments.home) / "artifacts" / run / "sae").iterdir():
            shutil.copy(file, folder / file.name)
        tokens = PARAMETERS["sequences"] * PARAMETERS["length"]
        held = metrics["l0"]["n"]
        (folder / "README.md").write_text(
            CARD.format(
                expansion=expansion,
                width=WIDTH * expansion,
                trained=tokens - held,
                held=held,
                epochs=PARAMETERS["epochs"],
                corpus=CORPUS,
                body=json.dumps(bodies[expansion], indent=1),
                **{name: shown(metric) for name, metric in metrics.items()},
            )
        )
        print(folder.name, {name: shown(metric) for name, metric in metrics.items()})


if __name__ == "__main__":
    main()
