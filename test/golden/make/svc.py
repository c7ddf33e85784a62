"""Golden values of test/svm, from scikit-learn 1.9.1 (LIBSVM).

Usage: python test/golden/make/svc.py   (writes ../svc/*)

Tables are standardised by their own columns; every fourth row is held out (of the synthetic table: all after row 5000).
Objectives are those of the dual, 1/2 a'Qa + p'a, one a pair of classes, computed here in f64 of kernel values rounded to f32,
as LIBSVM keeps them. Decision values are "ovo", of the first held-out rows.

Left out is what takes LIBSVM more than about three seconds and millions of rounds, or has no end in sight after a minute: on the
synthetic table the linear kernel with C >= 100 and poly with C = 10,000, and the regressions of `is_slow`. Where the kernel is the
sigmoid and C is not small, the minimum found depends on the order of the rows, in LIBSVM as well, so nothing is stored: the test
looks at the conditions of a minimum alone.
"""

import gzip
import json
import pathlib
import warnings
from itertools import combinations

import numpy as np
import sklearn
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits, load_iris, load_wine, make_classification
from sklearn.metrics.pairwise import linear_kernel, polynomial_kernel, rbf_kernel, sigmoid_kernel
from sklearn.svm import SVC, SVR

warnings.simplefilter("ignore")
assert sklearn.__version__ == "1.9.1"
OUT = pathlib.Path(__file__).parent.parent / "svc"
OUT.mkdir(exist_ok=True)
KERNELS = ["linear", "poly", "rbf", "sigmoid"]
TOL = 1e-6


def standardised(X):
    return (X - X.mean(axis=0)) / X.std(axis=0)


def split(X, y, rows=None):
    """X and y to learn from, X held out."""
    i = np.arange(len(y))
    held_out = i % 4 == 3 if rows is None else i >= rows
    return X[~held_out], y[~held_out], X[held_out]


def one_hot_digits():
    """500 digits: every third pixel as one of five bytes, four of which are 0."""
    level = load_digits().data[:500, ::3].astype(int) // 4
    return np.eye(5)[level].reshape(500, -1)


def synthetic():
    """Off the grid of hundredths and of 256ths, so that dot products are sums of f64."""
    X, y = make_classification(
        6000, 20, n_informative=6, n_redundant=4, n_classes=3, flip_y=0.02, class_sep=1.0, random_state=7
    )
    X = np.round(X * 1000).astype("<i2")
    with open(OUT / "synthetic.gz", "wb") as file:  # i16 thousandths, then a byte a label
        file.write(gzip.compress(X.tobytes() + y.astype("u1").tobytes(), mtime=0))
    return X / 1000, y


iris, wine, cancer, digits = load_iris(), load_wine(), load_breast_cancer(), load_digits()
diabetes = load_diabetes(scaled=False)
TABLES = {
    "iris": split(standardised(iris.data), iris.target),
    "wine": split(standardised(wine.data), wine.target),
    "cancer": split(standardised(cancer.data), cancer.target),
    "digits": split(digits.data / 16, digits.target),
    "one-hot": split(one_hot_digits(), digits.target[:500]),
    "synthetic": split(*synthetic(), rows=5000),
    # Regression: the first three measurements of irises tell the fourth.
    "diabetes": split(standardised(diabetes.data), standardised(diabetes.target)),
    "petals": split(standardised(iris.data)[:, :3], standardised(iris.data)[:, 3]),
}

CAMEL = {
    "C": "C", "kernel": "kernel", "degree": "degree", "gamma": "gamma", "coef0": "coef0", "class_weight": "classWeight",
    "break_ties": "breakTies", "epsilon": "epsilon",
}  # fmt: skip


def short(values, digits=7):
    """Numbers with few digits, rows flattened."""
    return [float(f"{v:.{digits}g}") for v in np.asarray(values, dtype=float).ravel()]


def camel(params):
    named = {CAMEL[k]: v for k, v in params.items()}
    if isinstance(named.get("classWeight"), dict):
        named["classWeight"] = {str(k): v for k, v in named["classWeight"].items()}
    return named


def kernel_of(model, A, B):
    p = model.get_params()
    if p["kernel"] == "precomputed":
        return linear_kernel(A, B)
    if p["kernel"] == "linear":
        K = linear_kernel(A, B)
    elif p["kernel"] == "rbf":
        K = rbf_kernel(A, B, gamma=model._gamma)
    elif p["kernel"] == "poly":
        K = polynomial_kernel(A, B, degree=p["degree"], gamma=model._gamma, coef0=p["coef0"])
    else:
        K = sigmoid_kernel(A, B, gamma=model._gamma, coef0=p["coef0"])
    return K.astype(np.float32).astype(float)


def objectives(model, SV):
    """The dual objective of each pair problem; the signs of `dual_coef_` cancel out."""
    K = kernel_of(model, SV, SV)
    of_class = np.repeat(np.arange(len(model.n_support_)), model.n_support_)
    found = []
    for a, b in combinations(range(len(model.n_support_)), 2):
        c = np.where(of_class == a, model.dual_coef_[b - 1], np.where(of_class == b, model.dual_coef_[a], 0))
        found.append(0.5 * c @ K @ c - np.abs(c).sum())
    return found


def weights_of(kind, n):
    return {None: None, "thirds": np.arange(n) % 3 + 0.5, "zeros": np.arange(n) % 3 * 1.0}[kind]


def classify(on, weights=None, facts=False, both=False, only_kkt=False, **params):
    A, b, Z = TABLES[on]
    case = {"on": on, "params": camel(params), "weights": weights, "onlyKkt": only_kkt}
    if only_kkt:
        return case
    precomputed = params["kernel"] == "precomputed"
    X, few = (linear_kernel(A), linear_kernel(Z, A)) if precomputed else (A, Z)
    model = SVC(tol=TOL, cache_size=1000, decision_function_shape="ovo", **{**params, "break_ties": False})
    weight = weights_of(weights, len(b))
    model.fit(X, b, sample_weight=weight)
    # With weights of 0 scikit-learn's support_ counts the other rows alone.
    support = model.support_ if weight is None else np.flatnonzero(weight > 0)[model.support_]
    if not precomputed:
        assert (A[support] == model.support_vectors_).all()
    pairs = len(model.intercept_)
    rows = 15 if pairs > 3 else 40
    decision = model.decision_function(few)
    model.set_params(decision_function_shape="ovr", break_ties=params.get("break_ties", False))
    case |= {
        "gamma": model._gamma,
        "objectives": short(objectives(model, A[support]), 9),
        "nSupport": model.n_support_.tolist(),
        "intercept": short(model.intercept_),
        "decision": short(decision[:rows]),
        "predictions": "".join(str(v) for v in model.predict(few)[:1000]),
    }
    if both:
        case["ovr"] = short(model.decision_function(few)[:rows])
    if facts:
        case |= {"support": support.tolist(), "dualCoef": short(model.dual_coef_)}
    return case


def regress(on, weights=None, only_kkt=False, **params):
    A, b, Z = TABLES[on]
    case = {"on": on, "params": camel(params), "weights": weights, "onlyKkt": only_kkt}
    if only_kkt:
        return case
    model = SVR(tol=TOL, cache_size=1000, **params).fit(A, b, sample_weight=weights_of(weights, len(b)))
    c = model.dual_coef_[0]
    K = kernel_of(model, model.support_vectors_, model.support_vectors_)
    objective = 0.5 * c @ K @ c + params["epsilon"] * np.abs(c).sum() - c @ b[model.support_]
    return case | {
        "gamma": model._gamma,
        "objectives": short([objective], 9),
        "nSupport": model.n_support_.tolist(),
        "intercept": short(model.intercept_),
        "predictions": short(model.predict(Z)[:40]),
    }


def write(name, value):
    (OUT / f"{name}.json").write_text(json.dumps(value, separators=(",", ":"), allow_nan=False) + "\n")


def kernels_and_costs():
    cases = []
    for on in ["iris", "wine", "cancer", "digits"]:
        for kernel in KERNELS:
            for C in [0.01, 1, 100, 10000]:
                cases.append(classify(on, kernel=kernel, C=C, only_kkt=kernel == "sigmoid" and C > 0.01))
    return cases


def large():
    chosen = [("linear", 0.01), ("linear", 1), ("poly", 0.01), ("poly", 1), ("poly", 100)]
    chosen += [(kernel, C) for kernel in ["rbf", "sigmoid"] for C in [0.01, 1, 100, 10000]]
    return [classify("synthetic", kernel=k, C=C, only_kkt=k == "sigmoid") for k, C in chosen]


def options():
    cases = []
    for weights, class_weight in [
        (None, "balanced"), (None, {0: 3, 1: 0.5, 2: 1}), ("thirds", None), ("zeros", None), ("thirds", "balanced"),
        ("zeros", {0: 3, 1: 0.5, 2: 1}),
    ]:  # fmt: skip
        cases.append(classify("wine", weights, kernel="rbf", C=1, class_weight=class_weight))
    cases.append(classify("cancer", "thirds", kernel="linear", C=0.1, class_weight={0: 0.5, 1: 2}))
    cases.append(classify("cancer", kernel="rbf", C=10, class_weight="balanced"))
    for gamma in ["auto", 0.5, 0.01]:
        for on in ["iris", "cancer"]:
            cases.append(classify(on, kernel="rbf", C=10, gamma=gamma))
    for degree in [1, 2, 4]:
        for coef0 in [0, 1]:
            cases.append(classify("wine", kernel="poly", C=1, degree=degree, coef0=coef0, gamma="auto"))
    cases.append(classify("digits", kernel="poly", C=1, degree=2, coef0=1, gamma=0.1))
    cases.append(classify("iris", kernel="sigmoid", C=0.01, coef0=0.5, gamma=0.1))
    for on in ["iris", "wine", "digits"]:
        cases.append(classify(on, kernel="rbf", C=1, both=True))
    cases.append(classify("digits", kernel="linear", C=0.1, both=True, break_ties=True))
    cases.append(classify("digits", kernel="rbf", C=1, gamma=0.001, both=True, break_ties=True))
    cases.append(classify("digits", kernel="rbf", C=1, gamma=0.001, both=True))
    for on in ["wine", "cancer"]:
        cases.append(classify(on, kernel="precomputed", C=1))
    for kernel in ["linear", "rbf", "poly"]:
        cases.append(classify("one-hot", kernel=kernel, C=1))
    for on in ["wine", "cancer"]:  # In iris two rows are equal, so that one may support for both.
        cases.append(classify(on, kernel="rbf", C=1, facts=True))
    cases.append(classify("cancer", kernel="linear", C=1, facts=True))
    cases.append(classify("wine", "zeros", kernel="rbf", C=1, facts=True))
    return cases


def is_slow(on, kernel, C, epsilon):
    if C == 1000 and kernel in ["linear", "poly"]:
        return (on, kernel, epsilon) != ("petals", "linear", 0.5)
    return (on, kernel, C, epsilon) == ("diabetes", "linear", 10, 0.1)


def regression():
    cases = []
    for on in ["petals", "diabetes"]:
        for kernel in KERNELS:
            for C in [0.1, 1, 10, 1000]:
                for epsilon in [0, 0.1, 0.5]:
                    if not is_slow(on, kernel, C, epsilon):
                        cases.append(regress(on, kernel=kernel, C=C, epsilon=epsilon, only_kkt=kernel == "sigmoid"))
    cases.append(regress("diabetes", "thirds", kernel="rbf", C=1, epsilon=0.1))
    cases.append(regress("diabetes", kernel="poly", C=1, epsilon=0.1, degree=2, coef0=1, gamma="auto"))
    cases.append(regress("petals", kernel="rbf", C=10, epsilon=0.05, gamma=2))
    return cases


def probabilities():
    cases = []
    for on, rows in [("iris", 37), ("wine", 44), ("cancer", 100), ("digits", 100)]:
        A, b, Z = TABLES[on]
        for C in [1, 10]:
            found = []
            for seed in range(5):
                model = SVC(C=C, probability=True, random_state=seed, cache_size=1000).fit(A, b)
                found.append(short(model.predict_proba(Z[:rows]).round(5), 5))
            cases.append({"on": on, "params": {"C": C}, "rows": rows, "bySeed": found})
    return cases


if __name__ == "__main__":
    write("kernels", kernels_and_costs())
    write("options", options())
    write("regression", regression())
    write("probabilities", probabilities())
    write("synthetic", large())
