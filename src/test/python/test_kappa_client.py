"""The Python client against a running server, whose address is in KAPPA_URL.

    pip install ./src/main/python/kappa_client pytest nbclient ipykernel
    KAPPA_URL=http://127.0.0.1:8080 python -m pytest src/test/python/test_kappa_client.py
"""

import io
import itertools
import json
import math
import os
import xml.etree.ElementTree as ElementTree
import zipfile
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from kappa_client import Kappa, KappaError, _client, _frames
from kappa_client._bar import Bar

SMALL = {
    "model": "stories-neox",
    "hooks": ["blocks.2.hook_resid_post"],
    "corpus": "stories-samples",
    "sequences": 20,
    "length": 32,
}
SWEEP = {
    "model": "stories-neox",
    "hook": "blocks.2.hook_resid_post",
    "saes": ["stories-l2-x1", "stories-l2-x2", "stories-l2-x4", "stories-l2-x8"],
    "corpus": "stories-samples",
    "sequences": 20,
    "length": 32,
    "calibration": {"method": "mass", "share": 0.95},
}
LONG = {"model": "stories-neox", "sequences": 20000, "length": 128}
PATIENCE = 300
NOTEBOOK = Path(__file__).parents[2] / "main/python/kappa_client/example.ipynb"


@pytest.fixture(scope="module")
def kappa():
    with Kappa(os.environ["KAPPA_URL"]) as client:
        yield client


@pytest.fixture(scope="module")
def run(kappa):
    return kappa.submit("jacobian_rank", SMALL, seed=3, blocks=4, labels={"from": "pytest"}).wait(PATIENCE)


def test_every_experiment_says_what_it_answers_and_has_an_example_that_the_server_can_plan(kappa):
    experiments = kappa.experiments()
    assert "jacobian_rank" in [experiment.kind for experiment in experiments]
    for experiment in experiments:
        assert experiment.answers and experiment.schema["type"] == "object"
        assert kappa.plan(experiment.kind, experiment.example)["bytes"] > 0


def test_a_run_has_what_was_asked_for(kappa, run):
    assert run.ended and run.state == "SUCCEEDED"
    assert (run.experiment, run.seed, run.labels) == ("jacobian_rank", 3, {"from": "pytest"})
    assert run.parameters["sequences"] == 20
    assert (run.progress.done, run.progress.total) == (4, 4)
    assert any(name.startswith("model:") for name in run.provenance)
    assert kappa.run(run.id).info == run.info
    assert run.id in [found.id for found in kappa.runs(state="SUCCEEDED", experiment="jacobian_rank")]


def test_a_run_that_has_not_ended_by_its_deadline_fails_with_that_code(kappa):
    late = kappa.submit("model_samples", LONG, deadline_seconds=1)
    with pytest.raises(KappaError) as raised:
        late.wait(PATIENCE)
    assert raised.value.code == "deadline_exceeded"


def test_metrics_are_a_frame_with_intervals_dimensions_and_flags(run):
    metrics = run.metrics().set_index("name")
    kappa = metrics.loc["kappa"]
    assert 1 < kappa.value < metrics.loc["d"].value == 128
    assert kappa.hook == "blocks.2.hook_resid_post"
    assert 0 < kappa.low < kappa.high
    assert "undersampled" in kappa["flags"]
    assert math.isnan(metrics.loc["d"].low)


def test_tables_are_frames_with_a_title(run):
    assert list(run.tables()) == ["spectrum", "convergence"]
    spectrum = run.table("spectrum")
    assert len(spectrum) == 128
    assert spectrum.eigenvalue.is_monotonic_decreasing and spectrum.share.sum() == pytest.approx(1)
    assert spectrum.attrs["title"] == run.tables()["spectrum"]


def test_a_figure_is_drawn_in_a_notebook_and_has_its_data(run, tmp_path):
    figure = run.figure("spectrum")
    assert ElementTree.fromstring(figure._repr_svg_()).tag.endswith("svg")
    assert figure.save(tmp_path / "spectrum.svg").read_text(encoding="utf-8") == figure.svg
    assert len(figure.data["series"][0]["y"]) == len(figure.data["series"][0]["x"]) > 0
    assert figure.title == run.figures()["spectrum"]


def test_other_settings_of_the_conclusion_make_a_child_run_that_can_be_compared(kappa):
    parent = kappa.submit("width_sweep", SWEEP, blocks=4).wait(PATIENCE, progress=False)
    child = parent.reanalyse({"calibration": {"method": "mass", "share": 0.5}}, labels={"share": "half"})
    child.wait(PATIENCE)
    assert (child.info["parent"], child.labels) == (parent.id, {"share": "half"})
    comparison = kappa.compare(parent, child.id)
    assert list(comparison.parameters.loc["calibration", [parent.id, child.id]].map(lambda c: c["share"])) == [0.95, 0.5]
    causal = comparison.metrics.query("name == 'n_causal' and run == @child.id").set_index("width")
    assert list(causal.index) == [128, 256, 512, 1024]
    assert (causal.difference < 0).all()
    assert comparison._repr_html_().startswith("<table")


def test_a_run_measured_again_says_whether_its_digits_are_the_same(run):
    again = run.verify().wait(PATIENCE)
    assert again.verification["run"] == run.id
    assert again.verification["identical"] is True
    digits = again.table("verification")
    assert digits["identical"].all() and set(digits["kind"]) >= {"metric", "tally"}
    assert run.refresh().info["verifications"][0]["run"] == again.id


def test_a_run_is_exported_whole_and_read_again(kappa, run, tmp_path):
    archive = run.export(tmp_path / "run.zip")
    with zipfile.ZipFile(archive) as entries:
        assert {"run.json", "metrics.json", "tallies/3.safetensors", "manifest.json"} <= set(entries.namelist())
        assert entries.testzip() is None
    assert kappa.read(archive).id == run.id


def test_a_list_is_filtered_by_labels_model_and_time(kappa, run):
    made = datetime.fromisoformat(run.info["created_at"].replace("Z", "+00:00"))
    found = kappa.runs(labels={"from": "pytest"}, model="stories-neox", created_after=made - timedelta(seconds=1))
    assert run.id in [each.id for each in found]
    assert run.id not in [each.id for each in kappa.runs(labels={"from": "elsewhere"})]
    assert run.id not in [each.id for each in kappa.runs(created_after=made)]


def test_a_cancelled_run_is_raised_by_wait(kappa):
    run = kappa.submit("model_samples", LONG)
    assert run.cancel().state in ("CANCELLING", "CANCELLED")
    with pytest.raises(KappaError, match="cancelled") as error:
        run.wait(PATIENCE)
    assert error.value.code == "cancelled" and error.value.status is None
    assert run.cancel().state == "CANCELLED"


def test_waiting_too_long_leaves_the_run_going(kappa):
    run = kappa.submit("model_samples", LONG)
    try:
        with pytest.raises(TimeoutError, match=run.id):
            run.wait(0.5)
        assert not run.refresh().ended
    finally:
        run.cancel()


def test_a_list_is_read_page_by_page(kappa, run, monkeypatch):
    whole = [found.id for found in kappa.runs(experiment="jacobian_rank")]
    monkeypatch.setattr(_client, "_PAGE", 1)
    first = [found.id for found in itertools.islice(kappa.runs(experiment="jacobian_rank"), 3)]
    assert first == whole[:3]


def test_labels_are_set_and_taken_away(run):
    assert run.label({"note": "good"}).labels == {"from": "pytest", "note": "good"}
    assert run.label({"note": None}).labels == {"from": "pytest"}


def test_a_refused_request_names_every_place_that_is_wrong(kappa):
    with pytest.raises(KappaError) as error:
        kappa.submit("jacobian_rank", SMALL | {"hooks": [], "sequences": -1})
    assert (error.value.status, error.value.code, error.value.retryable) == (422, "invalid_value", False)
    assert {reason.pointer for reason in error.value.errors} == {"/parameters/hooks", "/parameters/sequences"}
    assert "/parameters/sequences: '-1'" in str(error.value)
    assert error.value.request_id


@pytest.mark.parametrize(
    "ask, code",
    [
        (lambda kappa, run: kappa.run("nothing"), "unknown_run"),
        (lambda kappa, run: kappa.experiment("nothing"), "unknown_experiment"),
        (lambda kappa, run: run.table("nothing"), "unknown_table"),
        (lambda kappa, run: run.figure("nothing"), "unknown_figure"),
        (lambda kappa, run: kappa.compare(run), "invalid_query"),
        (lambda kappa, run: run.reanalyse({"sequences": 5}), "not_a_conclusion_setting"),
    ],
)
def test_what_is_not_there_or_cannot_be_is_an_error_with_its_code(kappa, run, ask, code):
    with pytest.raises(KappaError) as error:
        ask(kappa, run)
    assert error.value.status in (400, 404, 422)
    assert error.value.code == code


def test_a_server_that_does_not_answer_is_named():
    with Kappa("http://127.0.0.1:9") as nobody, pytest.raises(KappaError, match="127.0.0.1:9") as error:
        nobody.experiments()
    assert error.value.code == "unreachable"


def test_nan_and_infinities_are_numbers():
    interval = {"low": "-Infinity", "high": "Infinity", "level": 0.95, "method": "m", "resamples": 4}
    document = {"name": "x", "version": 1, "unit": "", "n": 1, "flags": []}
    wide = document | {"value": "NaN", "dimensions": {"width": 128}, "interval": interval}
    found = _frames.metrics([wide, document | {"value": 1.5, "dimensions": {"n": 7}}])
    assert list(found.value.isna()) == [True, False]
    assert (found.low[0], found.high[0]) == (-math.inf, math.inf)
    assert list(found.columns[:3]) == ["name", "width", "dimension_n"]
    assert found.width[0] == 128 and str(found.width.dtype) == "Int64"


def test_text_that_reads_nan_stays_text_beside_other_text():
    document = {"title": "t", "columns": ["number", "text"], "rows": [["Infinity", "NaN"], [None, "the"], [2, ""]]}
    found = _frames.table(document)
    assert found.number[0] == math.inf and math.isnan(found.number[1]) and found.number.dtype == float
    assert list(found.text) == ["NaN", "the", ""]
    assert list(_frames.table(document | {"rows": []}).columns) == ["number", "text"]


def test_away_from_terminals_the_bar_writes_a_line_for_each_phase():
    stream = io.StringIO()
    bar = Bar("run", stream)
    for fraction in (0.1, 0.2):
        bar.show("measuring", fraction)
    bar.show("ended", 1)
    bar.close()
    assert stream.getvalue() == "run measuring\nrun ended\n"


def test_the_example_notebook_runs_and_is_kept_without_outputs():
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in cells)
    nbclient = pytest.importorskip("nbclient", reason="nbclient and ipykernel run the notebook; they are not installed")
    notebook = pytest.importorskip("nbformat").read(NOTEBOOK, as_version=4)
    nbclient.NotebookClient(notebook, timeout=PATIENCE, kernel_name="python3").execute()
    shown = {kind for cell in notebook.cells for output in cell.get("outputs", []) for kind in output.get("data", {})}
    assert {"image/svg+xml", "text/html"} <= shown
