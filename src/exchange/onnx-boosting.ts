import type { BoostedModel } from "../boosting/boosted-model.js";
import type { BoostedTree } from "../boosting/boosted-tree.js";
import type { ObjectiveName } from "../boosting/objectives.js";
import type { GradientBoostingClassifier } from "../ensemble/gradient-boosting-classifier.js";
import type { GradientBoostingRegressor } from "../ensemble/gradient-boosting-regressor.js";
import { type Answer, bothClasses, largest, secondIfPositive } from "./onnx-answers.js";
import type { OnnxGraph } from "./onnx-graph.js";
import type { Table } from "./onnx-tables.js";
import { type EnsembleTree, sumOfEnsemble } from "./onnx-tree-ensemble.js";

/** What makes predictions of margins, double[N, outputs]. */
const PREDICTIONS: Readonly<Record<ObjectiveName, (margins: string, graph: OnnxGraph) => string>> = {
  "multi:softprob": (margins, graph) => graph.node("Softmax", [margins], { axis: 1 }),
  "binary:logistic": (margins, graph) => bothClasses(graph.node("Sigmoid", [margins]), graph),
  "reg:squarederror": (margins) => margins,
  "reg:absoluteerror": (margins) => margins,
  "reg:pseudohubererror": (margins) => margins,
  "count:poisson": (margins, graph) => graph.node("Exp", [margins]),
};

export function writeBoostingClassifier({ state }: GradientBoostingClassifier, X: Table, graph: OnnxGraph): Answer {
  const { model } = state;
  const margins = marginsOf(model, X, graph);
  const cols = model.baseMargin.length;
  const codes = cols === 1 ? secondIfPositive(margins, graph) : largest(margins, graph);
  const probabilities = PREDICTIONS[model.objective](margins, graph);
  return { kind: "classes", codes, probabilities, decisions: () => ({ name: margins, cols }) };
}

export function writeBoostingRegressor({ state }: GradientBoostingRegressor, X: Table, graph: OnnxGraph): Answer {
  const { model } = state;
  return { kind: "numbers", values: PREDICTIONS[model.objective](marginsOf(model, X, graph), graph) };
}

/** Margins are sums in f32, here as in ONNX. */
function marginsOf({ trees, baseMargin }: BoostedModel, X: Table, graph: OnnxGraph): string {
  const outputs = baseMargin.length;
  const ensemble = {
    trees: trees.map((tree, i) => ensembleTree(tree, i % outputs)),
    rule: "BRANCH_LT",
    outputs,
    base: baseMargin,
  } as const;
  return graph.cast(sumOfEnsemble(ensemble, X, graph), "double");
}

const ensembleTree = ({ defaultLeft, value, ...tree }: BoostedTree, output: number): EnsembleTree => ({
  ...tree,
  missingLeft: defaultLeft,
  leaf: (node) => [[output, value[node]!]],
});
