// Queries, four to a group, and what each has found. Products of codes say of nearly all rows that they cannot be among the nearest;
// the sums of the others are made as they are defined.
//
// With x = offset + step (c + e), e being what the codes leave out, |x - y| >= step (|c - d| - |e| - |f|): so a row y whose codes are
// farther from the query's than the sum to beat and both errors allow is none.
import { widen } from "./neighbors-cells";
import { sizeOf } from "./table-cells";
import {
  CELLS, COLS, encode, ERROR, error as lastError, KIND, LINE, OFFSETS, ORDER, pairsOf, panelBytes, PANELS, STEP, TABLE, WIDTH,
} from "./neighbors-codes";
import { PAIRS, squaresOf } from "./neighbors-exact";
import { offer } from "./neighbors-ranking";

/** Queries that are compared with a panel at a time. */
export const GROUP: u32 = 4;
/** Room for rounding: in f64 a sum of less than 2^30 squares is off by less than this share of it. */
const MARGIN: f64 = 1.0 / 1048576;
/** Distances of codes are below. */
const FARTHEST: f64 = 536870912;

// The arguments that all parts of a call read.
let k: u32 = 0;
let first: u32 = 0;
let cols: u32 = 0;
let step: f64 = 0;
/** 1 / step, a power of two too. */
let inverse: f64 = 0;
let error: f64 = 0;
let training: u32 = 0;
let trainingKind: u32 = 0;
let trainingTable: u32 = 0;
let order: u32 = 0;
let panels: u32 = 0;
let sums: u32 = 0;
let indices: u32 = 0;

// Parts of scratch.
/** i32[4][8]: distances of a group's queries from a panel's rows, without the queries' norms. */
let distances: u32 = 0;
/** Pairs that wait for their sums: their addresses, u32[4][2], their numbers, u32[4][2], and their sums, f64[4]. */
let pairs: u32 = 0;
let numbers: u32 = 0;
let found: u32 = 0;
/** Of each query: its squared norm, i32; the most that a row's distance, without that norm, may be, i32; its error, f64; its values, f64[cols]. */
let norms: u32 = 0;
let limits: u32 = 0;
let errors: u32 = 0;
let values: u32 = 0;
/** Of each group, for each two features, the pairs of -2 x the codes of its queries, i16[4][2]. */
let codes: u32 = 0;

let waiting: u32 = 0;

/** Takes the arguments of a call, and puts its queries on the grid; answers how many groups they are. */
export function begin(
  scratch: u32, k_: u32, data: u32, kind: u32, table: u32, rows: u32, from: u32, to: u32, coded: u32, sums_: u32, indices_: u32,
): u32 {
  k = k_;
  first = from;
  training = load<u32>(coded, CELLS);
  trainingKind = load<u32>(coded, KIND);
  trainingTable = load<u32>(coded, TABLE);
  cols = load<u32>(coded, COLS);
  order = load<u32>(coded, ORDER);
  panels = load<u32>(coded, PANELS);
  step = load<f64>(coded, STEP);
  inverse = 1 / step;
  error = load<f64>(coded, ERROR);
  sums = sums_;
  indices = indices_;
  waiting = 0;
  const groups = (to - from + GROUP - 1) / GROUP;
  layOut(scratch, groups);
  encodeQueries(data, kind, table, rows, to - from, groups, load<u32>(coded, OFFSETS));
  return groups;
}

/** Compares a group with the panels from .. to. */
export function comparePanels(group: u32, from: u32, to: u32): void {
  const bytes = panelBytes(cols);
  const query = codes + group * (pairsOf(cols) << 4);
  for (let p = from; p < to; p++) {
    if (areNear(query, panels + p * bytes, bytes, limits + (group << 4))) collect(group, p);
  }
}

/** The values of a query of the call, f64, of an even number of features. */
// @ts-ignore: decorator
@inline
export function valuesOf(q: u32): u32 {
  return values + ((q * pairsOf(cols)) << 4);
}

/** The most that a row's distance from a query, in steps squared, may be for it to be summed. */
// @ts-ignore: decorator
@inline
export function mostOf(q: u32): i32 {
  return load<i32>(limits + (q << 2)) + load<i32>(norms + (q << 2));
}

function layOut(scratch: u32, groups: u32): void {
  distances = scratch;
  pairs = distances + 128;
  numbers = pairs + 32;
  found = numbers + 32;
  norms = found + 32;
  limits = norms + (groups << 4);
  codes = limits + (groups << 4);
  errors = codes + groups * (pairsOf(cols) << 4);
  values = errors + (groups << 5);
}

function encodeQueries(data: u32, kind: u32, table: u32, rows: u32, count: u32, groups: u32, offsets: u32): void {
  const groupBytes = pairsOf(cols) << 4;
  memory.fill(codes, 0, groups * groupBytes);
  for (let q: u32 = 0; q < groups * GROUP; q++) {
    if (q >= count) {
      // Nothing is near to a query that only fills up a group.
      store<i32>(limits + (q << 2), i32.MIN_VALUE);
      store<i32>(norms + (q << 2), 0);
      continue;
    }
    const value = valuesOf(q);
    if (cols & 1) store<f64>(value + (cols << 3), 0);
    widen(data + load<u32>(rows + ((first + q) << 2)) * cols * sizeOf(kind), kind, table, cols, value, 8);
    const out = codes + (q / GROUP) * groupBytes + ((q % GROUP) << 2);
    const norm = encode(value, cols, offsets, step, -2, out, LINE / 2);
    store<i32>(norms + (q << 2), max(0, norm));
    store<f64>(errors + (q << 3), norm < 0 ? Infinity : lastError + error);
    limit(q);
  }
}

/** Says what the rows must be nearer than that can still be among the nearest of a query. */
function limit(q: u32): void {
  const bound = load<f64>(sums + (((first + q) * k) << 3));
  const both = load<f64>(errors + (q << 3));
  // Without errors, sums are squares of steps times the distances of codes, exactly.
  const root = sqrt(bound) * inverse + both;
  const most = both == 0 ? bound * inverse * inverse : (root + root * MARGIN + MARGIN) * (root + root * MARGIN + MARGIN);
  store<i32>(limits + (q << 2), i32(floor(min(most, FARTHEST))) - load<i32>(norms + (q << 2)));
}

/** Whether a row of a panel may be near a query of a group; if so, all their distances are in `distances`. */
// @ts-ignore: decorator
@inline
function areNear(query: u32, panel: u32, bytes: u32, limits: u32): bool {
  let a = v128.load(panel);
  let b = v128.load(panel, 16);
  let c = a;
  let d = b;
  let e = a;
  let f = b;
  let g = a;
  let h = b;
  const end = panel + bytes;
  for (let line = panel + LINE; line < end; line += LINE, query += LINE / 2) {
    const x = v128.load(line);
    const y = v128.load(line, 16);
    let q = v128.load_splat<u32>(query);
    a = i32x4.add(a, i32x4.dot_i16x8_s(x, q));
    b = i32x4.add(b, i32x4.dot_i16x8_s(y, q));
    q = v128.load_splat<u32>(query, 4);
    c = i32x4.add(c, i32x4.dot_i16x8_s(x, q));
    d = i32x4.add(d, i32x4.dot_i16x8_s(y, q));
    q = v128.load_splat<u32>(query, 8);
    e = i32x4.add(e, i32x4.dot_i16x8_s(x, q));
    f = i32x4.add(f, i32x4.dot_i16x8_s(y, q));
    q = v128.load_splat<u32>(query, 12);
    g = i32x4.add(g, i32x4.dot_i16x8_s(x, q));
    h = i32x4.add(h, i32x4.dot_i16x8_s(y, q));
  }
  let most = v128.load_splat<u32>(limits);
  let near = v128.or(i32x4.le_s(a, most), i32x4.le_s(b, most));
  most = v128.load_splat<u32>(limits, 4);
  near = v128.or(near, v128.or(i32x4.le_s(c, most), i32x4.le_s(d, most)));
  most = v128.load_splat<u32>(limits, 8);
  near = v128.or(near, v128.or(i32x4.le_s(e, most), i32x4.le_s(f, most)));
  most = v128.load_splat<u32>(limits, 12);
  near = v128.or(near, v128.or(i32x4.le_s(g, most), i32x4.le_s(h, most)));
  if (!v128.any_true(near)) return false;
  v128.store(distances, a);
  v128.store(distances, b, 16);
  v128.store(distances, c, 32);
  v128.store(distances, d, 48);
  v128.store(distances, e, 64);
  v128.store(distances, f, 80);
  v128.store(distances, g, 96);
  v128.store(distances, h, 112);
  return true;
}

/** Lets the pairs of a group and a panel that may be near wait for their sums. */
function collect(group: u32, panel: u32): void {
  for (let q = group * GROUP; q < (group + 1) * GROUP; q++) {
    const most = v128.load_splat<u32>(limits + (q << 2));
    const at = distances + (q % GROUP << 5);
    let near = i32x4.bitmask(i32x4.le_s(v128.load(at), most)) | (i32x4.bitmask(i32x4.le_s(v128.load(at, 16), most)) << 4);
    for (; near != 0; near &= near - 1) wait(q, load<u32>(order + ((panel * WIDTH + ctz(near)) << 2)));
  }
}

function wait(q: u32, row: u32): void {
  const at = waiting << 3;
  store<u32>(pairs + at, valuesOf(q));
  store<u32>(pairs + at, training + row * cols * sizeOf(trainingKind), 4);
  store<u32>(numbers + at, q);
  store<u32>(numbers + at, row, 4);
  if (++waiting == PAIRS) settle();
}

/** Makes the sums of the pairs that wait, and offers the rows to their queries. */
export function settle(): void {
  if (waiting == 0) return;
  // Places that are free repeat the first.
  for (let i = waiting; i < PAIRS; i++) store<u64>(pairs + (i << 3), load<u64>(pairs));
  squaresOf(pairs, trainingKind, trainingTable, cols, found);
  for (let i: u32 = 0; i < waiting; i++) {
    const q = load<u32>(numbers + (i << 3));
    const list = (first + q) * k;
    const row = load<u32>(numbers + (i << 3), 4);
    if (offer(load<f64>(found + (i << 3)), row, k, sums + (list << 3), indices + (list << 2))) limit(q);
  }
  waiting = 0;
}
