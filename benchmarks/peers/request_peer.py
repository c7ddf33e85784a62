"""The Python stack that answers the whole training request: Keras, XGBoost and scikit-learn, searched and put to the vote by
scikit-learn."""

import warnings
from functools import partial

from keras_net import KerasNet
from sklearn.base import clone
from sklearn.ensemble import RandomForestClassifier, VotingClassifier
from sklearn.metrics import accuracy_score, log_loss, recall_score, roc_auc_score
from sklearn.model_selection import GridSearchCV
from sklearn.svm import SVC
from xgboost import XGBClassifier

from side import Side, snake_keys, times_of

# 1.9 deprecates the `probability` of SVC, which is what is measured; so do the processes of n_jobs.
warnings.filterwarnings("ignore", message=".*probability.*", category=FutureWarning)


class RequestSide(Side):
    def operations(self):
        return {**super().operations(), "search": self.search, "vote": self.vote}

    def scored(self, c, model, fit_seconds):
        X, y = self.tables[c["test"]]
        scores = {}

        def work():
            predicted, probabilities = model.predict(X), model.predict_proba(X)
            scores["accuracy"] = float(accuracy_score(y, predicted))
            scores["log_loss"] = float(log_loss(y, probabilities))
            scores["roc_auc"] = float(roc_auc_score(y, probabilities, multi_class="ovr"))
            scores["recall"] = float(recall_score(y, predicted, average="macro"))

        [seconds] = times_of(1, work)
        return {"seconds": fit_seconds + seconds, "fit_seconds": fit_seconds, **scores}

    def search(self, c):
        values = snake_keys(c["grid"])
        estimator = self.estimator_of({**c, "jobs": None})
        search = GridSearchCV(
            estimator, values, cv=c["folds"], n_jobs=c["jobs"], return_train_score=True, error_score="raise"
        )
        [seconds] = times_of(1, lambda: search.fit(*self.tables[c["data"]]))
        self.models[c["model"]] = search
        best = {"best_score": float(search.best_score_), "best": [search.best_params_[name] for name in values]}
        return {**best, **self.scored(c, search.best_estimator_, seconds)}

    def vote(self, c):
        members = [(name, clone(self.models[name].best_estimator_)) for name in c["members"]]
        vote = VotingClassifier(members, voting="soft")
        [seconds] = times_of(1, lambda: vote.fit(*self.tables[c["data"]]))
        return self.scored(c, vote, seconds)


RequestSide(
    estimators={
        "fcnn": partial(KerasNet, net="fcnn"),
        "boosting": partial(XGBClassifier, objective="multi:softprob", eval_metric="mlogloss", tree_method="hist"),
        "forest": RandomForestClassifier,
        "svc": SVC,
        "cnn": partial(KerasNet, net="cnn"),
    },
    packages=["keras", "tensorflow-cpu", "xgboost", "scikit-learn", "numpy", "scipy", "joblib"],
).serve()
