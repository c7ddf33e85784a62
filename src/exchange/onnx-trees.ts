import type { ForestClassifier, ForestRegressor } from "../ensemble/forest-estimators.js";
import type { DecisionTreeClassifier, DecisionTreeRegressor } from "../tree/decision-tree.js";
import type { TreeModel } from "../tree/tree-model.js";
import { type Answer, largest } from "./onnx-answers.js";
import type { OnnxGraph } from "./onnx-graph.js";
import type { Table } from "./onnx-tables.js";
import { type EnsembleTree, sumOfEnsemble } from "./onnx-tree-ensemble.js";

export const writeTreeClassifier = ({ tree, classes }: DecisionTreeClassifier, X: Table, graph: OnnxGraph): Answer =>
  classesOf([tree], classes.length, X, graph);

export const writeTreeRegressor = ({ tree }: DecisionTreeRegressor, X: Table, graph: OnnxGraph): Answer => ({
  kind: "numbers",
  values: meanOf([tree], 1, X, graph),
});

export const writeForestClassifier = ({ trees, classes }: ForestClassifier, X: Table, graph: OnnxGraph): Answer =>
  classesOf(trees, classes.length, X, graph);

export const writeForestRegressor = ({ trees }: ForestRegressor, X: Table, graph: OnnxGraph): Answer => ({
  kind: "numbers",
  values: meanOf(trees, 1, X, graph),
});

function classesOf(trees: readonly TreeModel[], classes: number, X: Table, graph: OnnxGraph): Answer {
  const probabilities = meanOf(trees, classes, X, graph);
  return { kind: "classes", codes: largest(probabilities, graph), probabilities };
}

/** The mean of the trees. Shares of pure leaves are 0 and 1, so f32 sums them exactly; they are divided in f64. */
function meanOf(trees: readonly TreeModel[], outputs: number, X: Table, graph: OnnxGraph): string {
  const ensemble = {
    trees: trees.map((tree) => ensembleTree(tree, outputs)),
    rule: "BRANCH_LEQ",
    outputs,
    base: null,
  } as const;
  const sum = graph.cast(sumOfEnsemble(ensemble, X, graph), "double");
  return trees.length === 1 ? sum : graph.node("Div", [sum, graph.double(trees.length)]);
}

function ensembleTree({ feature, threshold, right, value }: TreeModel, outputs: number): EnsembleTree {
  return {
    feature,
    threshold: Float32Array.from(threshold, atMost),
    right,
    missingLeft: null,
    *leaf(node) {
      const first = right[node]! * outputs;
      for (let k = 0; k < outputs; k++) {
        const share = value[first + k]!;
        if (share !== 0 || outputs === 1) yield [k, share];
      }
    },
  };
}

/** The largest f32 that is not above t: for every x in f32, x <= t and x <= atMost(t) are the same. */
function atMost(t: number): number {
  const rounded = Math.fround(t);
  if (rounded <= t) return rounded;
  const bits = new Int32Array(Float32Array.of(rounded).buffer);
  // Neighbours in f32 are neighbours as integers, which grow with the distance from 0.
  bits[0] = rounded === 0 ? -(2 ** 31) + 1 : bits[0]! + (rounded > 0 ? -1 : 1);
  return new Float32Array(bits.buffer)[0]!;
}
