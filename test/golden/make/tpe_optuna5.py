"""Golden values of test/tune, from optuna 5's own modules: Parzen estimators of observed trials, and the truncated normal.

Observations, points and intervals are those of the file, drawn once by numpy's generator; every other number is computed anew.
With --check the file is left as it is, and its largest difference from these is told.

Usage: python test/golden/make/tpe_optuna5.py [--check]
"""

import functools
import json
import pathlib
import sys

import numpy as np
import optuna
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.samplers._tpe import _truncnorm
from optuna.samplers._tpe.parzen_estimator import _ParzenEstimator, _ParzenEstimatorParameters
from optuna.samplers._tpe.sampler import default_gamma, default_weights

assert optuna.__version__.startswith("5.")
file = pathlib.Path(__file__).parent.parent / "tpe-optuna5.json"

# In which order numpy puts equal numbers depends on the processor, unless it is told to keep theirs. Of equal observations the
# outermost ones get another bandwidth than the others, so it matters which these are.
np.argsort = functools.partial(np.argsort, kind="stable")

PARAMETERS = _ParzenEstimatorParameters(
    prior_weight=1.0, consider_magic_clip=True, consider_endpoints=False, weights=default_weights, multivariate=True
)

SPACE = {
    "f": FloatDistribution(-5, 5),
    "l": FloatDistribution(1e-5, 1, log=True),
    "s": FloatDistribution(0, 1, step=0.1),
    "i": IntDistribution(1, 16),
    "il": IntDistribution(1, 128, log=True),
    "c": CategoricalDistribution(["a", "b", "c", "d"]),
}


def kernels(distribution):
    if hasattr(distribution, "weights"):
        return {"cat": distribution.weights.tolist()}
    return {"mu": distribution.mu.tolist(), "sigma": distribution.sigma.tolist()}


def case(given):
    names = given["params"]
    columns = lambda values: {name: np.array(values[name], dtype=float) for name in names}
    estimator = _ParzenEstimator(columns(given["observations"]), {name: SPACE[name] for name in names}, PARAMETERS)
    mixture = estimator._mixture_distribution
    return {
        **{key: given[key] for key in ["n", "params", "observations"]},
        "weights": mixture.weights.tolist(),
        "dists": [kernels(distribution) for distribution in mixture.distributions],
        "points": given["points"],
        "log_pdf": estimator.log_pdf(columns(given["points"])).tolist(),
    }


def truncated(given):
    a, b, q = (np.array(given[key]) for key in "abq")
    with np.errstate(divide="ignore"):  # the logarithms of q = 0 and 1
        ppf = [_truncnorm.ppf(np.full_like(a, share), a, b).tolist() for share in q]
    return {
        **{key: given[key] for key in "abq"},
        "log_gauss_mass": _truncnorm._log_gauss_mass(a, b).tolist(),
        "ppf": ppf,
    }


def largest_difference(ours, theirs):
    if isinstance(ours, dict):
        assert ours.keys() == theirs.keys()
        return max((largest_difference(ours[key], theirs[key]) for key in ours), default=0)
    if isinstance(ours, list):
        assert len(ours) == len(theirs)
        return max((largest_difference(a, b) for a, b in zip(ours, theirs)), default=0)
    if isinstance(ours, str):
        assert ours == theirs
        return 0
    return abs(ours - theirs) / max(1, abs(theirs))


given = json.loads(file.read_text())
golden = {
    "cases": [case(each) for each in given["cases"]],
    "truncnorm": truncated(given["truncnorm"]),
    "gamma": [[n, default_gamma(n)] for n, _ in given["gamma"]],
    "weights": {n: default_weights(int(n)).tolist() for n in given["weights"]},
}
if sys.argv[1:] == ["--check"]:
    print("largest difference:", largest_difference(golden, given))
else:
    file.write_text(json.dumps(golden) + "\n")
