"""MLflow's side of scripts/check-mlflow.mjs, which sets MLFLOW_TRACKING_URI.

Usage: python mlflow_side.py read EXPERIMENT           all that MLflow knows of an experiment, as JSON
       python mlflow_side.py predict MODEL_URI FILE    what a model predicts for the rows in a file of JSON, as JSON
"""

import hashlib
import json
import logging
import os
import sys
import tempfile
import warnings

warnings.simplefilter("ignore")
os.environ["MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR"] = "false"

import mlflow  # noqa: E402
import numpy as np  # noqa: E402

logging.getLogger("mlflow").setLevel(logging.ERROR)
client = mlflow.MlflowClient()


def files_in(uri):
    """SHA-256 of every file below a URI of artifacts, by path."""
    with tempfile.TemporaryDirectory() as folder:
        root = mlflow.artifacts.download_artifacts(uri, dst_path=folder)
        # MLflow's client adds a file to each model that it downloads.
        paths = [os.path.join(at, name) for at, _, names in os.walk(root) for name in names if name != "registered_model_meta"]
        return {os.path.relpath(path, root): hashlib.sha256(open(path, "rb").read()).hexdigest() for path in paths}


def run_as_data(run):
    info, data = run.info, run.data
    history = {key: client.get_metric_history(info.run_id, key) for key in data.metrics}
    return {
        "id": info.run_id,
        "name": info.run_name,
        "status": info.status,
        "ended": info.end_time is not None,
        "params": data.params,
        "tags": data.tags,
        "metrics": {key: [[metric.step, str(float(metric.value))] for metric in sorted(values, key=lambda m: m.step)]
                    for key, values in history.items()},
        "artifacts": files_in(f"runs:/{info.run_id}/") if client.list_artifacts(info.run_id) else {},
        "outputs": [output.model_id for output in run.outputs.model_outputs] if run.outputs else [],
    }


def model_as_data(model):
    loaded = mlflow.models.Model.load(f"models:/{model.model_id}")
    return {
        "id": model.model_id,
        "name": model.name,
        "run": model.source_run_id,
        "status": str(model.status),
        "flavors": sorted(loaded.flavors),
        "files": sorted(files_in(f"models:/{model.model_id}")),
    }


def registered_as_data(registered):
    versions = client.search_model_versions(f"name = '{registered.name}'")
    return {
        "name": registered.name,
        "aliases": {alias: str(version) for alias, version in registered.aliases.items()},
        "versions": {str(version.version): version.source for version in versions},
    }


def read(name):
    experiment = client.get_experiment_by_name(name)
    ids = [experiment.experiment_id]
    return {
        "runs": [run_as_data(run) for run in client.search_runs(ids, max_results=1000)],
        "models": [model_as_data(model) for model in mlflow.search_logged_models(ids, output_format="list")],
        "registry": [registered_as_data(registered) for registered in client.search_registered_models()],
    }


def predict(uri, file):
    with open(file) as rows:
        answer = mlflow.pyfunc.load_model(uri).predict(np.array(json.load(rows), dtype=float))
    return {name: np.asarray(values).tolist() for name, values in answer.items()}


command, *rest = sys.argv[1:]
print(json.dumps({"read": read, "predict": predict}[command](*rest)))
