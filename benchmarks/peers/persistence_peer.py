"""scikit-learn's side of the persistence benchmark: what its guide recommends, joblib's dump and load."""

import os
import tempfile

import joblib
import numpy as np
from sklearn.ensemble import RandomForestClassifier

from side import Side, times_of


class PersistenceSide(Side):
    def __init__(self, **settings):
        super().__init__(**settings)
        self.folder = tempfile.TemporaryDirectory(prefix="joblib-persistence-")
        self.file = os.path.join(self.folder.name, "forest.joblib")

    def operations(self):
        return {**super().operations(), "save": self.save, "restore": self.restore}

    def save(self, c):
        [seconds] = times_of(1, lambda: joblib.dump(self.model_of(c), self.file))
        return {"seconds": seconds, "bytes": os.path.getsize(self.file)}

    def restore(self, c):
        return {"seconds": float(np.median(times_of(c["repeat"], lambda: joblib.load(self.file))))}


PersistenceSide(
    estimators={"forest": RandomForestClassifier}, packages=["scikit-learn", "numpy", "scipy", "joblib"]
).serve()
