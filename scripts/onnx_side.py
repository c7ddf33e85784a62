"""Python's side of scripts/check-onnx.mjs. Usage: python onnx_side.py FOLDER, of pairs NAME.onnx and NAME.json"""

import glob
import json
import sys

import numpy as np
import onnx
import onnxruntime



def kind(cells):
    """Of a column: None is missing."""
    return "tensor(string)" if any(isinstance(cell, str) for cell in cells) else "tensor(float)"


def wanted_inputs(X):
    """All columns together where they are of one kind, else each by itself."""
    kinds = [kind(column) for column in X.T]
    if len(set(kinds)) == 1:
        return [("X", kinds[0], ["N", X.shape[1]])]
    return [(f"x{j}", kind, ["N", 1]) for j, kind in enumerate(kinds)]


def feeds(inputs, X):
    tables = {name: X if name == "X" else X[:, [int(name[1:])]] for name, _, _ in inputs}
    return {
        name: np.where(tables[name] == None, "", tables[name])  # noqa: E711, cell by cell
        if type == "tensor(string)"
        else tables[name].astype(np.float32)
        for name, type, _ in inputs
    }


for path in sorted(glob.glob(f"{sys.argv[1]}/*.onnx")):
    with open(path.replace(".onnx", ".json")) as file:
        expected = json.load(file)
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    assert (model.producer_name, model.producer_version) == ("trellis-learn", expected["version"])
    assert {entry.key: entry.value for entry in model.metadata_props}["producer"] == "trellis-learn"
    session = onnxruntime.InferenceSession(path)
    X = np.array(expected["X"], dtype=object)
    inputs = [(given.name, given.type, given.shape) for given in session.get_inputs()]
    assert inputs == wanted_inputs(X)
    names = [output.name for output in session.get_outputs()]
    worst = 0.0
    for rows in (slice(0, 0), slice(0, 1), slice(None)):
        answers = dict(zip(names, session.run(None, feeds(inputs, X[rows]))))
        for name, values in answers.items():
            wanted = expected[name][rows]
            assert len(values) == len(wanted)
            if name == "label":
                assert values.tolist() == wanted, f"{path}: labels differ"
            elif len(wanted) > 0:
                wanted = np.array(wanted)
                worst = max(worst, np.max(np.abs(values - wanted) / np.maximum(1, np.abs(wanted))))
    assert worst < 1e-5, f"{path}: {worst}"
    print(f"{expected['what']}: {len(X)} rows, {' and '.join(names)} alike (to {worst:.0e})")
