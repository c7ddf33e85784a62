import { InvalidDataError } from "../core/errors.js";
import type { TreeNodes } from "../tree/tree-model.js";

/** A node in the JSON that ml-cart exports; one without children is a leaf. */
export interface CartNode {
  readonly splitColumn?: number;
  /** Rows with value < splitValue go left. */
  readonly splitValue?: number;
  readonly left?: CartNode;
  readonly right?: CartNode;
  /** Of a leaf: the mean, or in a 1 x n table the shares of the first n classes, the rest having none. */
  readonly distribution?: number | readonly [readonly number[]] | null;
}

/** What a leaf answers, one number an output. */
export type LeafValue = (distribution: CartNode["distribution"]) => ArrayLike<number>;

/** The export of ml.js as plain data: what it calls JSON still holds its own objects. */
export function exported<T>(model: { toJSON(): object }): T {
  return JSON.parse(JSON.stringify(model)) as T;
}

/**
 * A tree of ml-cart as nodes of ours, so that it can be stored, checked and walked as all trees are.
 *
 * @param columns the columns of X that the tree was shown, in its order; undefined for all
 */
export function nodesOf(root: CartNode, leafValue: LeafValue, columns?: readonly number[]): TreeNodes {
  const feature: number[] = [];
  const threshold: number[] = [];
  const right: number[] = [];
  const value: number[] = [];
  let leaves = 0;
  const add = (node: CartNode): void => {
    const at = feature.length;
    if (node.left === undefined || node.right === undefined) {
      feature.push(-1);
      threshold.push(0);
      right.push(leaves++);
      value.push(...Array.from(leafValue(node.distribution)));
      return;
    }
    feature.push(columns?.[node.splitColumn!] ?? node.splitColumn!);
    threshold.push(nextBelow(node.splitValue!));
    right.push(0);
    add(node.left);
    right[at] = feature.length;
    add(node.right);
  };
  add(root);
  return {
    feature: Int32Array.from(feature),
    threshold: Float64Array.from(threshold),
    right: Uint32Array.from(right),
    value: Float64Array.from(value),
  };
}

/** The largest double below a finite one: x < value is x <= nextBelow(value). */
function nextBelow(value: number): number {
  if (value === 0) return -Number.MIN_VALUE;
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, value);
  bits.setBigInt64(0, bits.getBigInt64(0) + (value > 0 ? -1n : 1n));
  return bits.getFloat64(0);
}

/** The shares of `count` classes in a leaf. ml-cart adds up 1 / rows, so that they may sum to a little more than 1. */
export function sharesOf(distribution: CartNode["distribution"], count: number): Float64Array {
  const shares = new Float64Array(count);
  shares.set((distribution as readonly [readonly number[]])[0]);
  const sum = shares.reduce((a, b) => a + b);
  return shares.map((share) => share / sum);
}

/** The vote of a leaf: 1 for the class of the largest share, the first among equals. */
export function voteOf(distribution: CartNode["distribution"], count: number): Float64Array {
  const [shares] = distribution as readonly [readonly number[]];
  const vote = new Float64Array(count);
  vote[shares.indexOf(Math.max(...shares))] = 1;
  return vote;
}

/**
 * The mean of a leaf.
 * @throws InvalidDataError if the numbers of y were too large to be summed
 */
export function meanOf(distribution: CartNode["distribution"]): readonly number[] {
  if (typeof distribution === "number") return [distribution];
  throw new InvalidDataError("y holds numbers too large for ml-cart, which adds them up; divide them by a constant");
}
