"""Journals of test/tune/optuna-journals.test.ts, written by Optuna, and what Optuna itself reads from them.

Usage: python test/golden/make/optuna_journals.py test/golden/optuna [old]

With `old`, in an environment with optuna 4.8.0, it writes the one whose times have no zone.
"""

import json
import math
import os
import sys
import warnings

import optuna
import optuna_reading
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from optuna.trial import TrialState, create_trial

warnings.simplefilter("ignore")
optuna.logging.set_verbosity(optuna.logging.ERROR)
folder, old = sys.argv[1], "old" in sys.argv[2:]
assert optuna.__version__.startswith("4." if old else "5.")


def open_journal(name):
    path = os.path.join(folder, name)
    if os.path.exists(path):
        os.remove(path)
    return JournalStorage(JournalFileBackend(path))


def read(name):
    return optuna_reading.read(os.path.join(folder, name))


def write_kinds(storage):
    """Every kind of distribution, attribute, state and value; two more studies, one of them deleted."""
    optuna.create_study(study_name="to be deleted", storage=storage).ask().suggest_float("x", 0, 1)
    study = optuna.create_study(study_name="Gärten 🌱 \"quoted\"\\", storage=storage, direction="maximize")
    study.set_user_attr("notes", {"nested": [1, 2.5, None, True, "x"], "__proto__": {"polluted": 1}})
    study.set_user_attr("notes", "replaced")
    study.set_user_attr("__proto__", "a key like another")

    def objective(trial):
        trial.suggest_float("flat", -5, 5)
        trial.suggest_float("log", 1e-5, 1e-1, log=True)
        trial.suggest_float("stepped", 0, 1, step=0.1)
        trial.suggest_float("cut", 0, 1, step=0.3)
        trial.suggest_float("single", 2, 2)
        trial.suggest_int("int", -3, 12)
        trial.suggest_int("int step", 50, 300, step=50)
        trial.suggest_int("int log", 1, 1024, log=True)
        kind = trial.suggest_categorical("kind", [None, True, False, 7, 0.5, "naïve", "日本", ""])
        if isinstance(kind, str):
            trial.suggest_categorical("given a string", ["a", "b"])
        trial.set_user_attr("with NaN", [math.nan, math.inf, -math.inf, "NaN in a string", "\\\" Infinity"])
        for step in range(4):
            trial.report([math.nan, 0.25, math.inf, -1e300][(step + trial.number) % 4], step * 10)
        if trial.number % 5 == 1:
            raise optuna.TrialPruned()
        if trial.number % 5 == 2:
            return math.nan
        if trial.number % 5 == 3:
            return math.inf
        return trial.number / 3

    study.enqueue_trial({"flat": 1.5, "kind": "日本"}, user_attrs={"who": "asked"})
    study.optimize(objective, n_trials=11, catch=(ValueError,))
    optuna.delete_study(study_name="to be deleted", storage=storage)
    study.enqueue_trial({"flat": -0.0, "int": 3})
    study.ask().suggest_float("flat", -5, 5)
    empty = study.ask()
    study.tell(empty, state=TrialState.PRUNED)
    study.add_trial(
        create_trial(
            state=TrialState.COMPLETE,
            value=0.125,
            params={"flat": 2.0, "int": 4, "kind": None, "other": "b"},
            distributions={
                "flat": FloatDistribution(-10, 10),
                "int": IntDistribution(0, 8, step=4),
                "kind": CategoricalDistribution([None, True, False, 7, 0.5, "naïve", "日本", ""]),
                "other": CategoricalDistribution(["a", "b"]),
            },
            intermediate_values={0: 1.0, 100: math.nan},
            user_attrs={"added": True},
            system_attrs={"from": "elsewhere"},
        )
    )
    study.enqueue_trial({"log": 0.001, "int step": 100}, user_attrs={"waits": None})
    several = optuna.create_study(study_name="several objectives", storage=storage, directions=["minimize", "maximize"])
    several.optimize(lambda trial: (trial.suggest_float("x", 0, 1), 2.0), n_trials=2)


def write_tpe(storage, n_trials=25):
    """The defaults of a study."""
    study = optuna.create_study(study_name="tpe", storage=storage, sampler=optuna.samplers.TPESampler(seed=0))

    def objective(trial):
        x = trial.suggest_float("x", -5, 5)
        y = trial.suggest_int("y", 0, 8)
        for step in range(3):
            trial.report(x * x + y - step, step)
            if trial.should_prune():
                raise optuna.TrialPruned()
        return x * x + y

    study.optimize(objective, n_trials=n_trials)
    # One that runs: others learn of its parameters before its objective asks for them.
    study.ask()


if old:
    write_tpe(open_journal("naive-times.jsonl"), 12)
    print(json.dumps({"optuna": optuna.__version__, "naive-times.jsonl": read("naive-times.jsonl")}, ensure_ascii=False))
else:
    write_kinds(open_journal("kinds.jsonl"))
    write_tpe(open_journal("tpe.jsonl"))
    print(
        json.dumps(
            {
                "optuna": optuna.__version__,
                "kinds.jsonl": read("kinds.jsonl"),
                "tpe.jsonl": read("tpe.jsonl"),
            },
            ensure_ascii=False,
        )
    )
