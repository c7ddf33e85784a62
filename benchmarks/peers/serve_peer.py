"""FastAPI's side of the serving benchmark: fits with scikit-learn and XGBoost, and tells how uvicorn is started."""

import os
import sys
import warnings
from functools import partial

import joblib
from sklearn.ensemble import RandomForestClassifier, VotingClassifier
from sklearn.svm import SVC
from xgboost import XGBClassifier

from side import Side, snake_keys

# 1.9 deprecates the `probability` of SVC, which the soft vote needs.
warnings.filterwarnings("ignore", message=".*probability.*", category=FutureWarning)


class ServeSide(Side):
    def operations(self):
        return {**super().operations(), "prepare": self.prepare, "service": self.service}

    def prepare(self, c):
        os.makedirs(c["folder"], exist_ok=True)
        for name, members in c["models"].items():
            file = file_of(c["folder"], name)
            if not os.path.exists(file):
                joblib.dump(self.estimator_of_members(members).fit(*self.tables[c["data"]]), file)
        return {"accuracy": joblib.load(file_of(c["folder"], c["model"])).score(*self.tables[c["test"]])}

    def estimator_of_members(self, members):
        made = [(m["estimator"], self.estimators[m["estimator"]](**snake_keys(m["params"]))) for m in members]
        return made[0][1] if len(made) == 1 else VotingClassifier(made, voting="soft")

    def service(self, c):
        app = ["-m", "uvicorn", "fastapi_app:app", "--app-dir", os.path.dirname(os.path.abspath(__file__))]
        ways = ["--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "warning"]
        return {
            "command": [sys.executable, *app, *ways, "--port", str(c["port"])],
            "env": {"MODEL": file_of(c["folder"], c["model"])},
            "ready": "/ready",
        }


def file_of(folder, name):
    return os.path.join(folder, f"{name}.joblib")


ServeSide(
    estimators={
        "svc": SVC,
        "forest": RandomForestClassifier,
        "boosting": partial(XGBClassifier, objective="multi:softprob", tree_method="hist", n_jobs=1),
    },
    packages=["fastapi", "uvicorn", "uvloop", "httptools", "pydantic", "scikit-learn", "xgboost", "numpy", "scipy"],
).serve()
