"""What MLflow itself keeps of a training; other tests have a stand-in for it."""

from pathlib import Path

import mlflow
import pytest

from tests.backends.test_scripts import SPEC, train


def test_mlflow_keeps_a_training(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    train(tmp_path, SPEC.replace("epochs: 4", "epochs: 2\n  log: mlflow"), "jax")
    results = tmp_path / "results" / "small"
    monkeypatch.chdir(tmp_path)  # its folder of files is seen from there
    mlflow.set_tracking_uri(f"sqlite:///{results}/mlflow.db")
    [run] = mlflow.search_runs(experiment_names=["small"], output_format="list")
    assert run.info.status == "FINISHED"
    assert run.data.params["epochs"] == "2"
    client = mlflow.MlflowClient()
    told = client.get_metric_history(run.info.run_id, "val_loss")
    assert [one.step for one in told] == [1, 2]
    rows = (results / "history.csv").read_text("utf-8").splitlines()
    at = rows[0].split(",").index("val_loss")
    kept = [float(row.split(",")[at]) for row in rows[1:]]
    assert [one.value for one in told] == pytest.approx(kept)
    files = {file.path for file in client.list_artifacts(run.info.run_id)}
    assert files == {"history.csv", "metrics.json", "model.keras"}
