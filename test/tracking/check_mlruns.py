"""Reads an mlruns folder with MLflow itself, and prints as JSON what it finds.

    python check_mlruns.py mlruns              what MlflowClient reads from the folder
    python check_mlruns.py mlruns mlflow.db    moves it into a new database first (mlflow migrate-filestore), and reads that

Needs MLflow (3.10 or newer for the database). Exits with 1 and says why where MLflow cannot read something.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

os.environ["MLFLOW_ALLOW_FILE_STORE"] = "true"
os.environ["MLFLOW_ENABLE_TELEMETRY"] = "false"
os.environ["DO_NOT_TRACK"] = "true"

from mlflow import MlflowClient, set_tracking_uri  # noqa: E402
from mlflow.artifacts import list_artifacts, load_text  # noqa: E402
from mlflow.entities import ViewType  # noqa: E402


def number(value):
    """JSON has no NaN and no infinities; they become texts."""
    return value if abs(value) < float("inf") else repr(value)


def artifacts_below(run_id, path=None):
    for file in list_artifacts(run_id=run_id, artifact_path=path):
        if file.is_dir:
            yield from artifacts_below(run_id, file.path)
        else:
            yield file


def run_of(client, run):
    history = {
        key: [[metric.step, number(metric.value)] for metric in client.get_metric_history(run.info.run_id, key)]
        for key in run.data.metrics
    }
    texts = (".csv", ".svg", ".txt", ".json", ".md")
    files = list(artifacts_below(run.info.run_id))
    return {
        "id": run.info.run_id,
        "key": run.data.tags.get("trellis.run"),
        "name": run.info.run_name,
        "parent": run.data.tags.get("mlflow.parentRunId"),
        "status": run.info.status,
        "start": run.info.start_time,
        "end": run.info.end_time,
        "params": run.data.params,
        "metrics": history,
        "tags": run.data.tags,
        "artifacts": {file.path: file.file_size for file in files},
        "texts": {
            file.path: load_text(f"runs:/{run.info.run_id}/{file.path}") for file in files if file.path.endswith(texts)
        },
        "outputs": [output.model_id for output in run.outputs.model_outputs],
    }


def model_of(client, model):
    return {
        "id": model.model_id,
        "name": model.name,
        "run": model.source_run_id,
        "status": str(model.status),
        "artifacts": [file.path for file in client.list_logged_model_artifacts(model.model_id)],
    }


def registered_of(client, registered):
    versions = client.search_model_versions(f"name = '{registered.name}'")
    return {
        "name": registered.name,
        "aliases": {alias: int(version) for alias, version in registered.aliases.items()},
        "versions": {int(version.version): version.source for version in versions},
    }


def read(uri):
    set_tracking_uri(uri)
    client = MlflowClient(uri)
    experiments = client.search_experiments(view_type=ViewType.ALL)
    ids = [experiment.experiment_id for experiment in experiments]
    runs, token = [], None
    while True:
        page = client.search_runs(ids, run_view_type=ViewType.ALL, max_results=200, page_token=token)
        runs += [run_of(client, client.get_run(run.info.run_id)) for run in page]
        token = page.token
        if not token:
            break
    return {
        "experiments": {experiment.name: experiment.experiment_id for experiment in experiments},
        "runs": runs,
        "models": [model_of(client, model) for model in client.search_logged_models(ids)],
        "registered": [registered_of(client, registered) for registered in client.search_registered_models()],
    }


def main():
    folder, *database = [Path(argument).resolve() for argument in sys.argv[1:]]
    if not database:
        uri = folder.as_uri()
    else:
        uri = f"sqlite:///{database[0]}"
        command = [sys.executable, "-m", "mlflow", "migrate-filestore", "--source", str(folder), "--target", uri]
        subprocess.run(command, check=True, stdout=sys.stderr)
    json.dump(read(uri), sys.stdout, ensure_ascii=False)


main()
