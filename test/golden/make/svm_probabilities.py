"""Probabilities of LIBSVM, as scikit-learn 1.9.1's SVC gives them: python svm_probabilities.py > ../svm-probabilities.json

couplings: for classifiers of 2, 3, 4 and 10 classes the decision values of every pair of classes (LIBSVM's sign: positive
means the first class of the pair), the sigmoids' coefficients, the probabilities that LIBSVM makes of them, and for two
classes the sigmoid itself.
sigmoids: decision values of two classes, and the A and B that scikit-learn's own optimiser (L-BFGS) finds for them.
"""
import json
import warnings

import numpy as np
import sklearn
from scipy.special import expit
from sklearn.calibration import _sigmoid_calibration
from sklearn.datasets import load_digits, make_classification
from sklearn.svm import SVC

assert sklearn.__version__ == "1.9.1"
warnings.simplefilter("ignore", FutureWarning)  # `probability` is deprecated, but is what LIBSVM does


def case(name, X, y, Z, **params):
    svc = SVC(probability=True, decision_function_shape="ovo", random_state=0, **params).fit(X, y)
    decisions = svc.decision_function(Z)
    if len(svc.classes_) == 2:
        decisions = -decisions[:, None]  # scikit-learn turns the sign for two classes only
    one = {
        "name": name, "classes": len(svc.classes_), "probA": svc.probA_.tolist(), "probB": svc.probB_.tolist(),
        "decisions": decisions.tolist(), "probabilities": svc.predict_proba(Z).tolist(),
    }  # fmt: skip
    if len(svc.classes_) == 2:
        one["sigmoid"] = expit(-svc.probA_[0] * decisions[:, 0] - svc.probB_[0]).tolist()
    return one


def synthetic(classes, rows, seed):
    X, y = make_classification(
        n_samples=120 + rows, n_features=6, n_informative=4, n_classes=classes, n_clusters_per_class=1, flip_y=0.1,
        random_state=seed,
    )  # fmt: skip
    return X[:120], y[:120], X[120:]


def couplings():
    yield case("2 classes, rbf", *synthetic(2, 30, 1))
    yield case("3 classes, linear", *synthetic(3, 30, 2), kernel="linear")
    yield case("4 classes, rbf", *synthetic(4, 30, 3), C=10.0)
    # Rows far away get decision values whose sigmoids are clamped.
    X, y, Z = synthetic(3, 10, 4)
    yield case("3 classes, far rows", X, y, Z * 1000, kernel="linear")
    digits = load_digits()
    yield case("10 classes", digits.data[:600], digits.target[:600], digits.data[600:612], gamma=0.001)


def sigmoids():
    rng = np.random.default_rng(11)
    for n_first, n_second, gap, spread in [(30, 30, 1, 1), (11, 45, 0.5, 2), (40, 9, 2, 0.5), (25, 24, -0.3, 1), (20, 21, 6, 0.4)]:
        first = rng.normal(gap / 2, spread, n_first).round(6)
        second = rng.normal(-gap / 2, spread, n_second).round(6)
        A, B = _sigmoid_calibration(np.concatenate([first, second]), np.repeat([1, 0], [n_first, n_second]))
        yield {"first": first.tolist(), "second": second.tolist(), "A": A, "B": B}


groups = dict(couplings=couplings, sigmoids=sigmoids)
lines = [f'"{name}": [\n' + ",\n".join(json.dumps(c) for c in cases()) + "\n]" for name, cases in groups.items()]
print("{\n" + ",\n".join(lines) + "\n}")
