"""What Optuna reads from a journal, told in JSON: for test/golden/make/optuna_journals.py and scripts/check-optuna.mjs."""

import math

from optuna.distributions import CategoricalDistribution, FloatDistribution
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend


def number(value):
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")
    return value


def plain(value):
    if isinstance(value, dict):
        return {str(key): plain(member) for key, member in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(member) for member in value]
    return number(value)


def moment(time):
    """Milliseconds since 1970, or the fields of a time that has no zone."""
    if time is None:
        return None
    milliseconds = time.microsecond // 1000
    if time.tzinfo is not None:
        return int(time.replace(microsecond=0).timestamp()) * 1000 + milliseconds
    return [time.year, time.month, time.day, time.hour, time.minute, time.second, milliseconds]


def described(distribution):
    if isinstance(distribution, CategoricalDistribution):
        return {"kind": "choice", "choices": plain(list(distribution.choices))}
    kind = "float" if isinstance(distribution, FloatDistribution) else "int"
    return {
        "kind": kind,
        "low": distribution.low,
        "high": distribution.high,
        "log": distribution.log,
        "step": distribution.step,
    }


def read(path):
    """What a fresh Optuna finds in the file."""
    storage = JournalStorage(JournalFileBackend(path))
    return [
        {
            "name": study.study_name,
            "directions": [direction.name.lower() for direction in study.directions],
            "userAttrs": plain(study.user_attrs),
            "systemAttrs": plain(study.system_attrs),
            "trials": [
                {
                    "number": trial.number,
                    "state": {"FAIL": "failed"}.get(trial.state.name, trial.state.name.lower()),
                    "values": plain(trial.values),
                    "params": plain(trial.params),
                    "distributions": {key: described(d) for key, d in trial.distributions.items()},
                    "intermediate": plain(trial.intermediate_values),
                    "userAttrs": plain(trial.user_attrs),
                    "systemAttrs": plain(trial.system_attrs),
                    "started": moment(trial.datetime_start),
                    "finished": moment(trial.datetime_complete),
                }
                for trial in storage.get_all_trials(study._study_id)
            ],
        }
        for study in storage.get_all_studies()
    ]
