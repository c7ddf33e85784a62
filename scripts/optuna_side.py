"""Optuna's side of scripts/check-optuna.mjs. Usage: python optuna_side.py (continue | work N | read | dashboard) JOURNAL"""

import io
import json
import os
import sys
import warnings

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../test/golden/make"))

import optuna
import optuna_reading
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend

warnings.simplefilter("ignore")
optuna.logging.set_verbosity(optuna.logging.ERROR)
command, *rest, path = sys.argv[1:]


def load():
    storage = JournalStorage(JournalFileBackend(path))
    return optuna.load_study(study_name="shared", storage=storage, sampler=optuna.samplers.TPESampler(seed=1))


def objective(trial):
    x = trial.suggest_float("x", -5, 5)
    lr = trial.suggest_float("lr", 1e-5, 1e-1, log=True)
    n = trial.suggest_int("n", 50, 300, step=50)
    kind = trial.suggest_categorical("kind", [None, True, "rbf", 0.5, "日本"])
    trial.set_user_attr("by", "python")
    for step in range(3):
        trial.report((x - 2) ** 2 + 3 - step, step)
        if trial.should_prune():
            raise optuna.TrialPruned()
    return (x - 2) ** 2 + lr + n / 1000 + (kind is None)


def goes_on():
    study = load()
    study.optimize(objective, n_trials=8)
    study.set_user_attr("continued by", ["python", None, 1.5])
    # One that fails, and one that is left running.
    study.tell(study.ask(), state=optuna.trial.TrialState.FAIL)
    study.ask().suggest_float("x", -5, 5)
    study.enqueue_trial({"x": -3.25, "kind": None}, user_attrs={"for": "node"})


def serve(storage, route):
    """The answer of the dashboard's server."""
    import optuna_dashboard

    answer = {}
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": route,
        "QUERY_STRING": "",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.url_scheme": "http",
    }
    app = optuna_dashboard.wsgi(storage)
    body = b"".join(app(environ, lambda status, headers, *_: answer.update(status=status)))
    assert answer["status"].startswith("200"), (answer, body[:500])
    return json.loads(body)


def dashboard():
    from optuna_dashboard._storage_url import get_storage

    storage = get_storage(path)
    studies = serve(storage, "/api/studies")
    [study] = studies["study_summaries"]
    return {"study": study, "detail": serve(storage, f"/api/studies/{study['study_id']}")}


if command == "continue":
    goes_on()
elif command == "work":
    study = load()
    for _ in range(int(rest[0])):
        trial = study.ask()
        trial.set_user_attr("worker", f"python {os.getpid()}")
        study.tell(trial, (trial.suggest_float("x", -5, 5) - 2) ** 2)
elif command == "read":
    print(json.dumps(optuna_reading.read(path)))
elif command == "dashboard":
    print(json.dumps(dashboard()))
else:
    raise SystemExit(f"no command {command}")
