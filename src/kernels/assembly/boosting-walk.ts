/** A node's feature, without the bits above it. */
const FEATURE: i32 = 0x3fffffff;
const BLOCK_BYTES: u32 = 1 << 18;

/**
 * Adds, in f32, the leaf values of trees [treeBegin, treeEnd), in that order, to the margins f32[outputs][n] of rows
 * [rowBegin, rowEnd): tree t's to output t mod outputs. The nodes are described in ../walk-boosted.ts.
 * Row i is row rows[i] (rows 0: i) of data; kind 0: u8; 1: f32; 2: f64.
 */
export function walkBoosted(
  nodes: u32, roots: u32, outputs: u32, treeBegin: u32, treeEnd: u32, data: u32, kind: u32, cols: u32, rows: u32,
  n: u32, rowBegin: u32, rowEnd: u32, margins: u32,
): i32 {
  // A block of rows stays in the cache while it walks all trees, and a tree while the block walks it.
  const rowBytes = cols << (kind == 0 ? 0 : kind + 1);
  const block = min(max(BLOCK_BYTES / max(rowBytes, 1), 64), 256);
  for (let r0 = rowBegin; r0 < rowEnd; r0 += block) {
    const r1 = min(r0 + block, rowEnd);
    for (let tree = treeBegin; tree < treeEnd; tree++) {
      const root = nodes + (load<u32>(roots + (tree << 2)) << 4);
      const out = margins + (((tree % outputs) * n) << 2);
      if (kind == 0) walkRows<u8>(root, data, cols, rows, r0, r1, out);
      else if (kind == 1) walkRows<f32>(root, data, cols, rows, r0, r1, out);
      else walkRows<f64>(root, data, cols, rows, r0, r1, out);
    }
  }
  return 0;
}

/** The next node of row x, or the same one if it is a leaf; without branches, which would be guessed wrong half the time. */
@inline
function step<T>(node: u32, split: i32, x: u32): u32 {
  const at = x + (split & FEATURE) * sizeof<T>();
  let goesRight: u32;
  if (sizeof<T>() == 1) {
    goesRight = u32(u32(load<u8>(at)) >= load<u32>(node));
  } else {
    const value = f32(load<T>(at));
    const isMissing = u32(value != value);
    goesRight = u32(value >= load<f32>(node)) | (isMissing & (split >>> 30));
  }
  return node + 16 + (load<u32>(node, 8) & (0 - goesRight));
}

@inline
function rowAt<T>(i: u32, data: u32, cols: u32, rows: u32): u32 {
  return data + (rows ? load<u32>(rows + (i << 2)) : i) * cols * sizeof<T>();
}

@inline
function addLeaf(node: u32, i: u32, out: u32): void {
  const to = out + (i << 2);
  store<f32>(to, load<f32>(to) + load<f32>(node, 12));
}

function walkRows<T>(root: u32, data: u32, cols: u32, rows: u32, begin: u32, end: u32, out: u32): void {
  // Eight rows at a time, so that their loads wait for memory together.
  for (let i = begin; i < end; i += 8) {
    const last = end - 1;
    const x0 = rowAt<T>(min(i + 0, last), data, cols, rows);
    const x1 = rowAt<T>(min(i + 1, last), data, cols, rows);
    const x2 = rowAt<T>(min(i + 2, last), data, cols, rows);
    const x3 = rowAt<T>(min(i + 3, last), data, cols, rows);
    const x4 = rowAt<T>(min(i + 4, last), data, cols, rows);
    const x5 = rowAt<T>(min(i + 5, last), data, cols, rows);
    const x6 = rowAt<T>(min(i + 6, last), data, cols, rows);
    const x7 = rowAt<T>(min(i + 7, last), data, cols, rows);
    let n0 = root;
    let n1 = root;
    let n2 = root;
    let n3 = root;
    let n4 = root;
    let n5 = root;
    let n6 = root;
    let n7 = root;
    while (true) {
      const s0 = load<i32>(n0, 4);
      const s1 = load<i32>(n1, 4);
      const s2 = load<i32>(n2, 4);
      const s3 = load<i32>(n3, 4);
      const s4 = load<i32>(n4, 4);
      const s5 = load<i32>(n5, 4);
      const s6 = load<i32>(n6, 4);
      const s7 = load<i32>(n7, 4);
      if ((s0 & s1 & s2 & s3 & s4 & s5 & s6 & s7) < 0) break;
      n0 = step<T>(n0, s0, x0);
      n1 = step<T>(n1, s1, x1);
      n2 = step<T>(n2, s2, x2);
      n3 = step<T>(n3, s3, x3);
      n4 = step<T>(n4, s4, x4);
      n5 = step<T>(n5, s5, x5);
      n6 = step<T>(n6, s6, x6);
      n7 = step<T>(n7, s7, x7);
    }
    addLeaf(n0, i, out);
    if (i + 1 < end) addLeaf(n1, i + 1, out);
    if (i + 2 < end) addLeaf(n2, i + 2, out);
    if (i + 3 < end) addLeaf(n3, i + 3, out);
    if (i + 4 < end) addLeaf(n4, i + 4, out);
    if (i + 5 < end) addLeaf(n5, i + 5, out);
    if (i + 6 < end) addLeaf(n6, i + 6, out);
    if (i + 7 < end) addLeaf(n7, i + 7, out);
  }
}
