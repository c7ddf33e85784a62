"""Golden decisions of test/tune/pruners.test.ts, from Optuna 5: random reports of trials that run one after the other.

Usage: python test/golden/make/pruners.py > test/golden/pruners.json
"""

import json
import math
import random
import warnings

import optuna
from optuna.pruners import HyperbandPruner, MedianPruner, NopPruner, PatientPruner, PercentilePruner
from optuna.pruners import SuccessiveHalvingPruner
from optuna.trial import TrialState

warnings.simplefilter("ignore")
optuna.logging.set_verbosity(optuna.logging.ERROR)
assert optuna.__version__.startswith("5.")

PRUNERS = {
    "median": lambda: MedianPruner(),
    "median, options": lambda: MedianPruner(n_startup_trials=2, n_warmup_steps=3, interval_steps=2, n_min_trials=3),
    "median, long interval": lambda: MedianPruner(n_startup_trials=0, n_warmup_steps=1, interval_steps=5),
    "percentile 25": lambda: PercentilePruner(25.0, n_startup_trials=3),
    "percentile 90": lambda: PercentilePruner(90.0, n_startup_trials=1, n_warmup_steps=2, interval_steps=3),
    "percentile 0": lambda: PercentilePruner(0.0, n_startup_trials=1, n_min_trials=2),
    "percentile 100": lambda: PercentilePruner(100.0, n_startup_trials=1),
    "percentile 33.3": lambda: PercentilePruner(33.3, n_startup_trials=4),
    "halving": lambda: SuccessiveHalvingPruner(),
    "halving from 1 by 2": lambda: SuccessiveHalvingPruner(min_resource=1, reduction_factor=2),
    "halving from 2 by 3, late": lambda: SuccessiveHalvingPruner(2, 3, min_early_stopping_rate=1),
    "halving, bootstrap": lambda: SuccessiveHalvingPruner(1, 2, bootstrap_count=4),
    "hyperband": lambda: HyperbandPruner(),
    "hyperband to 9": lambda: HyperbandPruner(min_resource=1, max_resource=9, reduction_factor=3),
    "hyperband 2 to 30 by 2": lambda: HyperbandPruner(min_resource=2, max_resource=30, reduction_factor=2),
    "hyperband, bootstrap": lambda: HyperbandPruner(1, 12, 2, bootstrap_count=2),
    "patient alone": lambda: PatientPruner(None, patience=2),
    "patient alone, delta": lambda: PatientPruner(None, patience=1, min_delta=0.3),
    "patient median": lambda: PatientPruner(MedianPruner(n_startup_trials=2), patience=1),
    "patient, no patience": lambda: PatientPruner(MedianPruner(n_startup_trials=0), patience=0, min_delta=0.05),
    "nop": lambda: NopPruner(),
}


def number(value):
    """JSON has no NaN."""
    return None if isinstance(value, float) and math.isnan(value) else value


def run(name, direction, seed, n_trials, length):
    rng = random.Random(f"{name} {direction} {seed}")
    study = optuna.create_study(study_name=f"study {seed}", direction=direction, pruner=PRUNERS[name]())
    trials = []
    for _ in range(n_trials):
        trial = study.ask()
        level, reports = rng.gauss(0, 1), []
        first, stride = rng.choice([(0, 1), (0, 1), (1, 1), (1, 2)])
        end, value = None, None
        for step in range(first, length + first, stride):
            value = math.nan if rng.random() < 0.06 else round(level + rng.gauss(0, 0.5) - 0.05 * step, 1)
            trial.report(value, step)
            prune = bool(trial.should_prune())
            reports.append([step, number(value), int(prune)])
            # Some objectives do not listen.
            if prune and rng.random() < 0.8:
                end = "pruned"
                break
        if end == "pruned":
            study.tell(trial, state=TrialState.PRUNED)
        elif math.isnan(value) or rng.random() < 0.05:
            end = "failed"
            study.tell(trial, state=TrialState.FAIL)
        else:
            end = "complete"
            study.tell(trial, value)
        frozen = study.get_trials(deepcopy=False)[trial.number]
        rungs = {key: at for key, at in frozen.system_attrs.items() if key.startswith("completed_rung_")}
        trials.append({"reports": reports, "end": end, "value": number(frozen.value), "rungs": rungs})
    brackets = None
    if isinstance(study.pruner, HyperbandPruner):
        brackets = [study.pruner._get_bracket_id(study, trial) for trial in study.get_trials(deepcopy=False)]
    return {
        "pruner": name,
        "direction": direction,
        "study": study.study_name,
        "trials": trials,
        "brackets": brackets,
    }


def jumps(min_resource, reduction_factor):
    """The maximal resources from which on Hyperband has one bracket more."""
    counts = [
        math.floor(math.log(most / min_resource, reduction_factor)) + 1 for most in range(min_resource, 20_000)
    ]
    return [min_resource + i for i in range(1, len(counts)) if counts[i] != counts[i - 1]]


print(
    json.dumps(
        {
            "optuna": optuna.__version__,
            "runs": [
                run(name, direction, seed, 24, 10)
                for name in PRUNERS
                for direction in ["minimize", "maximize"]
                for seed in range(2)
            ],
            "jumps": [
                {"minResource": low, "reductionFactor": factor, "at": jumps(low, factor)}
                for low in [1, 2, 3, 7]
                for factor in range(2, 11)
            ],
        },
        separators=(",", ":"),
    )
)
