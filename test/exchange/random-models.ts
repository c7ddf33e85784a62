import fc from "fast-check";
import type { BoostedTree } from "../../src/boosting/boosted-tree.js";
import { objectives } from "../../src/boosting/objectives.js";
import type { XGBoostModel } from "../../src/exchange/xgboost-model.js";

/** A node of a tree that is not laid out yet. */
interface Node {
  readonly feature: number;
  readonly threshold: number;
  readonly defaultLeft: number;
  readonly gain: number;
  readonly cover: number;
  readonly value: number;
  readonly left: Node | null;
  readonly right: Node | null;
}

const f32 = fc.float({ noNaN: true, noDefaultInfinity: true });
/** Small enough that exponentials of sums of them stay finite. */
const values = fc.float({ noNaN: true, min: -2, max: 2 });

const treeOf = (nFeatures: number): fc.Arbitrary<BoostedTree> =>
  fc
    .letrec<{ node: Node; child: Node | null }>((tie) => ({
      child: fc.option(tie("node"), { maxDepth: 4, depthSize: "small" }),
      node: fc.record({
        feature: fc.nat(nFeatures - 1),
        threshold: f32,
        defaultLeft: fc.nat(1),
        gain: f32,
        cover: f32,
        value: values,
        left: tie("child"),
        right: tie("child"),
      }),
    }))
    .node.map(laidOut);

/** The tree of nodes depth first. A node is a leaf where it has no left or no right child. */
function laidOut(root: Node): BoostedTree {
  const nodes: (Node & { at: number })[] = [];
  const rights: number[] = [];
  const visit = (node: Node) => {
    const at = nodes.push({ ...node, at: nodes.length }) - 1;
    rights[at] = 0;
    if (node.left === null || node.right === null) return;
    visit(node.left);
    rights[at] = nodes.length;
    visit(node.right);
  };
  visit(root);
  const splits = (i: number) => rights[i]! > 0;
  return {
    feature: Int32Array.from(nodes, ({ feature }, i) => (splits(i) ? feature : -1)),
    threshold: Float32Array.from(nodes, ({ threshold }, i) => (splits(i) ? threshold : 0)),
    defaultLeft: Uint8Array.from(nodes, ({ defaultLeft }, i) => (splits(i) ? defaultLeft : 0)),
    right: Uint32Array.from(rights),
    value: Float32Array.from(nodes, ({ value }) => value),
    gain: Float32Array.from(nodes, ({ gain }, i) => (splits(i) ? gain : 0)),
    cover: Float32Array.from(nodes, ({ cover }) => cover),
  };
}

const names = fc.constantFrom(
  "multi:softprob" as const,
  "binary:logistic" as const,
  "reg:squarederror" as const,
  "reg:absoluteerror" as const,
  "reg:pseudohubererror" as const,
  "count:poisson" as const,
);

/** Models that nobody trained: trees of any shape with any numbers. */
export const models: fc.Arbitrary<XGBoostModel> = fc
  .record({ objective: names, nFeatures: fc.integer({ min: 1, max: 6 }), classes: fc.integer({ min: 2, max: 4 }) })
  .chain(({ objective, nFeatures, classes }) => {
    const outputs = objective === "multi:softprob" ? classes : 1;
    const { marginOf } = objectives[objective];
    const score = fc.float({ noNaN: true, min: objective === "count:poisson" ? Math.fround(0.001) : 0, max: 1 });
    return fc.record<XGBoostModel>({
      objective: fc.constant(objective),
      settings: fc.constant(objective === "binary:logistic" ? { scalePosWeight: 2.5 } : {}),
      baseMargin: fc
        .array(score, { minLength: outputs, maxLength: outputs })
        .map((scores) => Float32Array.from(scores, marginOf)),
      trees: fc
        .integer({ min: 1, max: 4 })
        .chain((rounds) => fc.array(treeOf(nFeatures), { minLength: rounds * outputs, maxLength: rounds * outputs })),
      nFeatures: fc.constant(nFeatures),
      featureNames: fc.option(fc.constant(Array.from({ length: nFeatures }, (_, i) => `name "${i}" ü\\`))),
      classes: outputs > 1 ? fc.option(fc.constant(["a", 'b"', "c\n", "\u00fc"].slice(0, outputs))) : fc.constant(null),
      bestIteration: fc.option(fc.nat(9)),
    });
  });

/** Rows that come close to the thresholds of a model, from both sides, and miss values. */
export function rowsFor({ trees, nFeatures }: XGBoostModel, count: number): (number | null)[][] {
  const thresholds = trees.flatMap(({ feature, threshold }) => [...threshold].filter((_, i) => feature[i]! >= 0));
  const near = new Float32Array(1);
  const bits = new Int32Array(near.buffer);
  return Array.from({ length: count }, (_, row) =>
    Array.from({ length: nFeatures }, (_, column) => {
      const turn = 7 * row + 3 * column;
      if (turn % 5 === 0) return null;
      near[0] = thresholds.length === 0 ? turn : thresholds[turn % thresholds.length]!;
      const exact = near[0];
      bits[0]! += (turn % 3) - 1;
      return Number.isFinite(near[0]) ? near[0] : exact;
    }),
  );
}
