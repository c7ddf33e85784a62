import { BELOW_ALL, type BoostedTree } from "../boosting/boosted-tree.js";
import { InvalidModelError } from "../core/errors.js";
import type { Part } from "./part.js";

/** The lists of a tree, which have one value for each node. */
interface Lists {
  readonly left: Int32Array;
  readonly right: Int32Array;
  readonly parents: Int32Array;
  readonly features: Int32Array;
  readonly conditions: Float32Array;
  readonly defaultLeft: Int32Array;
  readonly weights: Float32Array;
  readonly gains: Float32Array;
  readonly covers: Float32Array;
  /** 1 for a split by categories. */
  readonly types: Int32Array | null;
}

const MOST = 2 ** 31 - 1;

/**
 * One tree, its nodes renumbered depth first. What pruning has deleted is left out: nodes that no path from the root
 * leads to, of which the tree says how many there are.
 * @param weight what its values are multiplied by
 * @throws InvalidModelError naming tree and node
 */
export function readTree(part: Part, nFeatures: number, weight: number): BoostedTree {
  const lists = readLists(part);
  const count = lists.left.length;
  const order = depthFirst(part, lists);
  const deleted = part.get("tree_param").find("num_deleted")?.count() ?? 0;
  if (order.length + deleted !== count) {
    throw part.refuse(`reaches ${order.length} of its ${count} nodes and says that ${deleted} are deleted`);
  }
  const isLeaf = (node: number) => lists.left[node] === -1;
  const tree: BoostedTree = {
    feature: new Int32Array(order.length).fill(-1),
    threshold: new Float32Array(order.length),
    defaultLeft: new Uint8Array(order.length),
    right: new Uint32Array(order.length),
    value: Float32Array.from(order, (node) => weight * (isLeaf(node) ? lists.conditions : lists.weights)[node]!),
    gain: Float32Array.from(order, (node) => (isLeaf(node) ? 0 : lists.gains[node]!)),
    cover: Float32Array.from(order, (node) => lists.covers[node]!),
  };
  const places = new Uint32Array(count);
  order.forEach((node, place) => {
    places[node] = place;
  });
  for (const [place, node] of order.entries()) {
    if (isLeaf(node)) continue;
    if (lists.features[node]! >= nFeatures) {
      throw part.refuse(`splits node ${node} on feature ${lists.features[node]} of ${nFeatures}`);
    }
    if (lists.types !== null && lists.types[node] !== 0) {
      throw new InvalidModelError(
        `the XGBoost model cannot be read: ${part.path} splits node ${node} by categories; splits by value are supported`,
      );
    }
    tree.feature[place] = lists.features[node]!;
    tree.threshold[place] = Math.max(lists.conditions[node]!, BELOW_ALL);
    tree.defaultLeft[place] = lists.defaultLeft[node]!;
    tree.right[place] = places[lists.right[node]!]!;
  }
  return tree;
}

function readLists(part: Part): Lists {
  const parameters = part.get("tree_param");
  const vector = parameters.find("size_leaf_vector")?.count() ?? 1;
  if (vector > 1) {
    throw new InvalidModelError(
      `the XGBoost model cannot be read: the leaves of ${part.path} are vectors of ${vector} (multi_output_tree); single numbers are supported`,
    );
  }
  const left = part.get("left_children").integers(-1, MOST);
  const count = left.length;
  if (count === 0) throw part.refuse("has no nodes");
  const stated = parameters.get("num_nodes").count();
  if (stated !== count) throw part.refuse(`has ${count} nodes; num_nodes says ${stated}`);
  return {
    left,
    right: part.get("right_children").integers(-1, MOST, count),
    parents: part.get("parents").integers(-1, MOST, count),
    features: part.get("split_indices").integers(0, MOST, count),
    conditions: part.get("split_conditions").floats(count, -Infinity),
    defaultLeft: part.get("default_left").integers(0, 1, count),
    weights: part.get("base_weights").floats(count),
    gains: part.get("loss_changes").floats(count),
    covers: part.get("sum_hessian").floats(count),
    types: part.find("split_type")?.integers(0, 1, count) ?? null,
  };
}

/** The nodes that the root leads to, depth first. Each must name the one parent that leads to it: so none comes twice. */
function depthFirst(part: Part, { left, right, parents }: Lists): Uint32Array {
  const order: number[] = [];
  const ahead = [0];
  const check = (child: number, parent: number, side: string) => {
    if (child > 0 && child < left.length && parents[child] === parent) return;
    throw part.refuse(`has for the ${side} child of node ${parent} ${child}, which is no child of it`);
  };
  while (ahead.length > 0) {
    const node = ahead.pop()!;
    order.push(node);
    if (left[node] === -1 && right[node] === -1) continue;
    check(left[node]!, node, "left");
    check(right[node]!, node, "right");
    if (left[node] === right[node]) throw part.refuse(`has node ${left[node]} for both children of node ${node}`);
    ahead.push(right[node]!, left[node]!);
  }
  return Uint32Array.from(order);
}
