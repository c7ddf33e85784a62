"""Golden values of test/tune/parameter-importances.test.ts, from Optuna 5.0.0.

Usage: python test/golden/make/importances.py > test/golden/importances.json
"""

import json
import math
import sys
import warnings

import numpy as np
import optuna
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.importance import PedAnovaImportanceEvaluator, get_param_importances
from optuna.trial import TrialState, create_trial

assert optuna.__version__ == "5.0.0", optuna.__version__
warnings.simplefilter("ignore")
optuna.logging.set_verbosity(optuna.logging.ERROR)
rng = np.random.default_rng(6)

STATES = {TrialState.COMPLETE: "complete", TrialState.PRUNED: "pruned", TrialState.FAIL: "failed"}
KINDS = {FloatDistribution: "float", IntDistribution: "int", CategoricalDistribution: "choice"}


def draw(distribution):
    if isinstance(distribution, CategoricalDistribution):
        return distribution.choices[rng.integers(len(distribution.choices))]
    low, high = distribution.low, distribution.high
    if distribution.log:
        value = math.exp(rng.uniform(math.log(low), math.log(high)))
    elif distribution.step is not None:
        value = low + distribution.step * int(rng.integers(round((high - low) / distribution.step) + 1))
    else:
        value = rng.uniform(low, high)
    return int(round(value)) if isinstance(distribution, IntDistribution) else float(value)


def study_of(direction, trials):
    study = optuna.create_study(direction=direction)
    study.add_trials(trials)
    return study


def trial_of(space, value, state=TrialState.COMPLETE):
    """A trial whose value is a function of what is drawn."""
    params = {name: draw(distribution) for name, distribution in space.items()}
    value = value(params) if callable(value) else value
    return create_trial(state=state, value=value, params=params, distributions=space)


def drawn(count, space, value):
    return [trial_of(space, value) for _ in range(count)]


FLOATS = {"x": FloatDistribution(-5, 5), "rate": FloatDistribution(1e-5, 1e-1, log=True), "noise": FloatDistribution(0, 1)}
INTS = {
    "nEstimators": IntDistribution(50, 300, step=50),
    "maxDepth": IntDistribution(5, 30, step=5),
    "minSamplesLeaf": IntDistribution(1, 20),
    "units": IntDistribution(1, 1024, log=True),
    "rows": IntDistribution(0, 9999),
    "pair": IntDistribution(1, 2, log=True),
}
MIXED = {
    "kind": CategoricalDistribution(("gini", "entropy", "log_loss")),
    "bootstrap": CategoricalDistribution((True, False)),
    "share": FloatDistribution(0.1, 1.0, step=0.1),
    "alone": IntDistribution(7, 7),
}


def bowl(p):
    return p["x"] ** 2 + 0.3 * abs(math.log10(p["rate"]) + 3) + 0.01 * p["noise"]


def forest(p):
    return -((p["minSamplesLeaf"] - 1) ** 2) + 0.1 * p["nEstimators"] + 0.5 * p["maxDepth"] - abs(p["units"] - 64) / 50


def grade(p):
    """Few values, so many ties."""
    return {"gini": 0, "entropy": 1, "log_loss": 3}[p["kind"]] + (p["share"] > 0.55)


def conditional(trial):
    kind = trial.suggest_categorical("kind", ["linear", "rbf"])
    C = trial.suggest_float("C", 1e-2, 1e2, log=True)
    if kind == "linear":
        return abs(math.log(C))
    gamma = trial.suggest_float("gamma", 1e-3, 1.0, log=True)
    return 0.5 * abs(math.log(C)) + (math.log(gamma) + 3) ** 2


def widening(trial):
    high = 4 if trial.number % 3 else 8
    return (trial.suggest_int("depth", 1, high) - 3) ** 2 + trial.suggest_float("y", 0, 1)


def branches(trial):
    """Both branches are good alike, so that the best trials are of both."""
    kind = trial.suggest_categorical("kind", ["linear", "rbf"])
    C = abs(math.log(trial.suggest_float("C", 1e-2, 1e2, log=True)))
    return C if kind == "linear" else C + 0.01 * abs(math.log(trial.suggest_float("gamma", 1e-3, 1.0, log=True)) + 3)


def optimized(objective, count, sampler=None):
    study = optuna.create_study(sampler=sampler or optuna.samplers.TPESampler(seed=7))
    study.optimize(objective, n_trials=count)
    return study


def with_losses():
    trials = drawn(40, FLOATS, bowl)
    trials += [trial_of(FLOATS, 0.0, TrialState.PRUNED) for _ in range(8)]
    trials += [trial_of(FLOATS, None, TrialState.FAIL) for _ in range(5)]
    trials += [trial_of(FLOATS, value) for value in (math.inf, -math.inf)]
    return study_of("minimize", trials)


many = drawn(120, FLOATS, bowl)
CASES = [
    ("floats, one of them logarithmic", study_of("minimize", many), {}),
    ("the direction turned", study_of("maximize", many), {}),
    ("a wider target", study_of("minimize", many), {"target_quantile": 0.35}),
    ("against the whole space", study_of("minimize", many), {"evaluate_on_local": False}),
    ("integers with steps and logarithms", study_of("maximize", drawn(80, INTS, forest)), {}),
    ("choices, ties and a parameter of one value", study_of("maximize", drawn(60, MIXED, grade)), {}),
    ("choices against the whole space", study_of("maximize", drawn(60, MIXED, grade)), {"evaluate_on_local": False}),
    ("pruned, failed and infinite trials", with_losses(), {}),
    ("parameters that some trials have", optimized(conditional, 90), {}),
    ("parameters that some of the best trials have", optimized(branches, 100, optuna.samplers.RandomSampler(seed=7)), {}),
    ("a range that changes", optimized(widening, 60), {}),
    ("a tuning of 200 trials", optimized(lambda t: bowl({n: t.suggest_float(n, d.low, d.high, log=d.log) for n, d in FLOATS.items()}), 200), {}),
    ("values that are all equal", study_of("minimize", drawn(12, FLOATS, lambda p: 1.0)), {}),
    ("three trials", study_of("minimize", drawn(3, FLOATS, bowl)), {}),
    ("two trials", study_of("minimize", drawn(2, FLOATS, bowl)), {}),
]


def as_json(value):
    return value if value is None or math.isfinite(value) else str(value)


def distribution_json(distribution):
    kind = KINDS[type(distribution)]
    names = ("choices",) if kind == "choice" else ("low", "high", "log", "step")
    return {"kind": kind, **{name: getattr(distribution, name) for name in names}}


def case_json(name, study, options):
    spaces = []
    trials = []
    for t in study.trials:
        space = {n: distribution_json(d) for n, d in t.distributions.items()}
        if space not in spaces:
            spaces.append(space)
        internals = [d.to_internal_repr(t.params[n]) for n, d in t.distributions.items()]
        trials.append([STATES[t.state], as_json(t.value), spaces.index(space), *internals])
    importances = get_param_importances(study, evaluator=PedAnovaImportanceEvaluator(**options))
    if not options:
        assert importances == get_param_importances(study), "PED-ANOVA is the default evaluator"
    return {
        "name": name,
        "direction": study.direction.name.lower(),
        "targetQuantile": options.get("target_quantile", 0.1),
        "evaluateOnLocal": options.get("evaluate_on_local", True),
        "spaces": spaces,
        "trials": trials,
        "importances": importances,
    }


json.dump([case_json(*case) for case in CASES], sys.stdout, separators=(",", ":"), allow_nan=False)
print()
