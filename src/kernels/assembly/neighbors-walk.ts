// The k nearest rows by sums of squared differences, of a table with a tree.
import { BOXES, COLS, encode, LEAVES, OFFSETS, PANEL_COUNT, STEP, TREE_FROM } from "./neighbors-codes";
import { partOf, sideBytes } from "./neighbors-boxes";
import { begin, comparePanels, GROUP, mostOf, settle, valuesOf } from "./neighbors-compare";
import { clear, sort } from "./neighbors-ranking";

let boxes: u32 = 0;
let leaves: u32 = 0;
let treeFrom: u32 = 0;
let panelCount: u32 = 0;
let side: u32 = 0;
/** The codes of a group's queries, each padded as a side of a box. */
let points: u32 = 0;

/** See ../neighbors.ts. */
export function nearestInTree(
  scratch: u32, k: u32, data: u32, kind: u32, table: u32, rows: u32, from: u32, to: u32, coded: u32, sums: u32, indices: u32,
): i32 {
  clear(k, from, to, sums, indices);
  const cols = load<u32>(coded, COLS);
  boxes = load<u32>(coded, BOXES);
  leaves = load<u32>(coded, LEAVES);
  treeFrom = load<u32>(coded, TREE_FROM);
  panelCount = load<u32>(coded, PANEL_COUNT);
  side = sideBytes(cols);
  points = scratch;
  const groups = begin(scratch + GROUP * side, k, data, kind, table, rows, from, to, coded, sums, indices);
  memory.fill(points, 0, GROUP * side);
  for (let g: u32 = 0; g < groups; g++) {
    const count = min(GROUP, to - from - g * GROUP);
    for (let q: u32 = 0; q < count; q++) {
      encode(valuesOf(g * GROUP + q), cols, load<u32>(coded, OFFSETS), load<f64>(coded, STEP), 1, points + q * side, 4);
    }
    comparePanels(g, 0, treeFrom);
    visit(g, 1, 0);
  }
  sort(k, from, to, sums, indices);
  return 0;
}

/** Compares a group with the rows of a node, as far as they can be near; those of the nearer half first. */
function visit(group: u32, node: u32, level: u32): void {
  if (!mayHold(group, node)) return;
  if (node >= leaves) {
    const i = node - leaves;
    comparePanels(group, partOf(treeFrom, panelCount, i, level), partOf(treeFrom, panelCount, i + 1, level));
    settle();
    return;
  }
  const half = 2 * node;
  const nearer = u32(distanceTo(half + 1, points) < distanceTo(half, points));
  visit(group, half + nearer, level + 1);
  visit(group, half + 1 - nearer, level + 1);
}

function mayHold(group: u32, node: u32): bool {
  for (let q: u32 = 0; q < GROUP; q++) {
    if (distanceTo(node, points + q * side) <= mostOf(group * GROUP + q)) return true;
  }
  return false;
}

/** The least that the distance between a query's codes and those of a row in a node's box can be. */
// @ts-ignore: decorator
@inline
function distanceTo(node: u32, point: u32): i32 {
  const box = boxes + 2 * node * side;
  let sum = i32x4.splat(0);
  for (let at: u32 = 0; at < side; at += 16) {
    const p = v128.load(point + at);
    const outside = i16x8.max_s(i16x8.sub(v128.load(box + at), p), i16x8.sub(p, v128.load(box + side + at)));
    const gap = i16x8.max_s(outside, i16x8.splat(0));
    sum = i32x4.add(sum, i32x4.dot_i16x8_s(gap, gap));
  }
  return (
    i32x4.extract_lane(sum, 0) + i32x4.extract_lane(sum, 1) + i32x4.extract_lane(sum, 2) + i32x4.extract_lane(sum, 3)
  );
}
