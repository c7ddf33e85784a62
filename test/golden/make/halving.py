"""Makes ../halving.json: schedules of scikit-learn's HalvingGridSearchCV, how many candidates with what, round after round.

Run with scikit-learn 1.9.1:  python test/golden/make/halving.py
"""

import itertools
import json
import pathlib
import warnings

import sklearn
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.datasets import make_classification
from sklearn.dummy import DummyClassifier
from sklearn.model_selection import HalvingGridSearchCV, KFold

warnings.simplefilter("ignore")
cases = []
for rows, candidates, factor, least, aggressive, classes in itertools.product(
    [120, 700], [3, 9, 25], [2, 3, 2.5], ["exhaust", "smallest", 20], [False, True], [2]
):
    X, y = make_classification(
        rows, n_features=8, n_informative=6, n_classes=classes, random_state=0
    )
    search = HalvingGridSearchCV(
        DummyClassifier(),
        {"random_state": list(range(candidates))},
        factor=factor,
        min_resources=least,
        aggressive_elimination=aggressive,
        cv=KFold(3),
        random_state=0,
    )
    case = dict(rows=rows, candidates=candidates, factor=factor, least=least, aggressive=aggressive, classes=classes)
    try:
        search.fit(X, y)
        case |= dict(n_candidates=search.n_candidates_, n_resources=search.n_resources_)
    except ValueError as error:
        case |= dict(error=str(error))
    cases.append(case)
out = pathlib.Path(__file__).parent.parent / "halving.json"
out.write_text(json.dumps({"sklearn": sklearn.__version__, "cases": cases}) + "\n")
