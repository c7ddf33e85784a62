import type { OnnxGraph } from "./onnx-graph.js";
import type { Attributes } from "./onnx-messages.js";
import type { Table } from "./onnx-tables.js";

/** A tree as the operator takes it, its nodes depth first: the left child of a node is the next node. */
export interface EnsembleTree {
  /** -1 in leaves. */
  readonly feature: Int32Array;
  readonly threshold: Float32Array;
  readonly right: Uint32Array;
  /** Whether missing values go left, by node; null where none are allowed. */
  readonly missingLeft: Uint8Array | null;
  /** The numbers that a leaf adds, as pairs of an output and a number; 0 may be left out, but for one of them. */
  readonly leaf: (node: number) => Iterable<readonly [output: number, value: number]>;
}

export interface Ensemble {
  readonly trees: readonly EnsembleTree[];
  /** When a row goes left: value <= threshold, or value < threshold. */
  readonly rule: "BRANCH_LEQ" | "BRANCH_LT";
  readonly outputs: number;
  /** What the sums begin with; null for 0. */
  readonly base: Float32Array | null;
}

/**
 * The sums over all trees of what a row's leaves hold, float[N, outputs]. It serves classifiers too: what
 * TreeEnsembleClassifier makes of two classes depends on how their scores are given, and ArgMax is the same for all.
 *
 * @see https://onnx.ai/onnx/operators/onnx_aionnxml_TreeEnsembleRegressor.html
 */
export function sumOfEnsemble({ trees, rule, outputs, base }: Ensemble, X: Table, graph: OnnxGraph): string {
  const nodes = trees.reduce((sum, { feature }) => sum + feature.length, 0);
  const [tree, node, feature] = [new Int32Array(nodes), new Int32Array(nodes), new Int32Array(nodes)];
  const [left, right] = [new Int32Array(nodes), new Int32Array(nodes)];
  const threshold = new Float32Array(nodes);
  const missingLeft = new Int32Array(nodes);
  const modes: string[] = [];
  const leaves = { tree: [] as number[], node: [] as number[], output: [] as number[], value: [] as number[] };
  let at = 0;
  for (const [t, one] of trees.entries()) {
    for (let n = 0; n < one.feature.length; n++, at++) {
      tree[at] = t;
      node[at] = n;
      const isLeaf = one.feature[n]! < 0;
      modes.push(isLeaf ? "LEAF" : rule);
      if (isLeaf) {
        for (const [output, value] of one.leaf(n)) {
          leaves.tree.push(t);
          leaves.node.push(n);
          leaves.output.push(output);
          leaves.value.push(value);
        }
        continue;
      }
      feature[at] = one.feature[n]!;
      threshold[at] = one.threshold[n]!;
      left[at] = n + 1;
      right[at] = one.right[n]!;
      missingLeft[at] = one.missingLeft?.[n] ?? 0;
    }
  }
  const attributes: Attributes = {
    nodes_treeids: tree,
    nodes_nodeids: node,
    nodes_modes: modes,
    nodes_featureids: feature,
    nodes_values: threshold,
    nodes_truenodeids: left,
    nodes_falsenodeids: right,
    ...(missingLeft.includes(1) ? { nodes_missing_value_tracks_true: missingLeft } : {}),
    target_treeids: Int32Array.from(leaves.tree),
    target_nodeids: Int32Array.from(leaves.node),
    target_ids: Int32Array.from(leaves.output),
    target_weights: Float32Array.from(leaves.value),
    n_targets: outputs,
    ...(base === null ? {} : { base_values: base }),
    aggregate_function: "SUM",
    post_transform: "NONE",
  };
  return graph.node("ai.onnx.ml.TreeEnsembleRegressor", [X.numbers()], attributes);
}
