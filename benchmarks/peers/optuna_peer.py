"""Optuna's side of the tune benchmark, with scikit-learn's forest where there is one to tune."""

from multiprocessing import Pool

import numpy as np
import optuna
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from problems import problem_of
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import cross_val_score

from side import Side, times_of

optuna.logging.set_verbosity(optuna.logging.ERROR)


def distribution_of(spec):
    if spec["kind"] == "choice":
        return CategoricalDistribution(spec["choices"])
    kind = FloatDistribution if spec["kind"] == "float" else IntDistribution
    return kind(spec["low"], spec["high"], log=spec["log"], step=spec["step"])


def space_of(c):
    return {name: distribution_of(spec) for name, spec in c["space"].items()}


def lowest_of(spec):
    return spec["choices"][0] if spec["kind"] == "choice" else spec["low"]


def least_of(c, seed):
    """The least value that a study of one seed finds."""
    objective, space = problem_of(c), space_of(c)
    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=seed))
    for _ in range(c["trials"]):
        trial = study.ask(space)
        study.tell(trial, objective(trial.params))
    return study.best_value


class OptunaSide(Side):
    def operations(self):
        return {**super().operations(), "minimise": self.minimise, "tune": self.tune}

    def minimise(self, c):
        best = []

        def work():
            seeds = [(c, seed) for seed in range(c["seeds"])]
            if c["jobs"] == 1:
                best.extend(least_of(*each) for each in seeds)
            else:
                with Pool(c["jobs"]) as pool:
                    best.extend(pool.starmap(least_of, seeds, chunksize=5))

        [seconds] = times_of(1, work)
        corner = {name: lowest_of(spec) for name, spec in c["space"].items()}
        return {"seconds": seconds / c.get("per", 1), "best": best, "probe": problem_of(c)(corner)}

    def tune(self, c):
        X, y = self.tables[c["data"]]
        scores = []

        def work():
            seed = len(scores)
            space = space_of(c)
            study = optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=seed))
            for _ in range(c["trials"]):
                trial = study.ask(space)
                forest = self.estimator_of({**c, "params": {**trial.params, "randomState": seed}})
                study.tell(trial, cross_val_score(forest, X, y, cv=c["folds"]).mean())
            scores.append(study.best_value)

        seconds = times_of(c["seeds"], work)
        return {"seconds": float(np.median(seconds)), "accuracies": scores}


if __name__ == "__main__":
    OptunaSide(
        estimators={"forest": RandomForestClassifier}, packages=["optuna", "scikit-learn", "numpy", "scipy"]
    ).serve()
