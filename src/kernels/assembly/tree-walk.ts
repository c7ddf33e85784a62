/**
 * Adds the leaf vectors of trees [treeBegin, treeEnd), in that order, to out f64[i][k] for i in [rowBegin, rowEnd).
 * A node is 16 bytes: f64 threshold, i32 feature (-1: leaf), u32 right child counted from the tree's root, or leaf's
 * row in leaves f64[][k]; the left child follows. roots u32[trees]: each tree's first node.
 * Row i is row rows[i] (rows 0: i) of data; kind 0: u8, read through byteValues f64[256]; 1: f32; 2: f64.
 */
export function walk(
  nodes: u32, roots: u32, leaves: u32, k: u32, treeBegin: u32, treeEnd: u32, data: u32, kind: u32, byteValues: u32,
  cols: u32, rows: u32, rowBegin: u32, rowEnd: u32, out: u32,
): i32 {
  // A tree stays in the cache while a block of rows walks it.
  for (let r0 = rowBegin; r0 < rowEnd; r0 += 256) {
    const r1 = min(r0 + 256, rowEnd);
    for (let tree = treeBegin; tree < treeEnd; tree++) {
      const root = nodes + (load<u32>(roots + (tree << 2)) << 4);
      if (kind == 0) walkBlock<u8>(root, leaves, k, data, byteValues, cols, rows, r0, r1, out);
      else if (kind == 1) walkBlock<f32>(root, leaves, k, data, byteValues, cols, rows, r0, r1, out);
      else walkBlock<f64>(root, leaves, k, data, byteValues, cols, rows, r0, r1, out);
    }
  }
  return 0;
}

@inline
function value<T>(at: u32, byteValues: u32): f64 {
  if (sizeof<T>() == 1) return load<f64>(byteValues + (u32(load<u8>(at)) << 3));
  return f64(load<T>(at));
}

/** The next node of row x, or the same one if it is a leaf; without branches, which would be guessed wrong half the time. */
@inline
function step<T>(node: u32, feature: i32, root: u32, x: u32, byteValues: u32): u32 {
  const leaf = u32(feature >> 31);
  const right = root + (load<u32>(node, 12) << 4);
  const left = node + 16;
  const goesLeft = 0 - u32(value<T>(x + (u32(feature) & ~leaf) * sizeof<T>(), byteValues) <= load<f64>(node));
  const next = right ^ ((right ^ left) & goesLeft);
  return next ^ ((next ^ node) & leaf);
}

@inline
function addLeaf(node: u32, leaves: u32, k: u32, to: u32): void {
  const leaf = leaves + load<u32>(node, 12) * (k << 3);
  for (let c: u32 = 0; c < k << 3; c += 8) store<f64>(to + c, load<f64>(to + c) + load<f64>(leaf + c));
}

function walkBlock<T>(
  root: u32, leaves: u32, k: u32, data: u32, byteValues: u32, cols: u32, rows: u32, begin: u32, end: u32, out: u32,
): void {
  const stride = cols * sizeof<T>();
  const vector = k << 3;
  // Four rows at a time, so that their loads wait for memory together.
  for (let i = begin; i < end; i += 4) {
    const i1 = min(i + 1, end - 1);
    const i2 = min(i + 2, end - 1);
    const i3 = min(i + 3, end - 1);
    const x0 = data + (rows ? load<u32>(rows + (i << 2)) : i) * stride;
    const x1 = data + (rows ? load<u32>(rows + (i1 << 2)) : i1) * stride;
    const x2 = data + (rows ? load<u32>(rows + (i2 << 2)) : i2) * stride;
    const x3 = data + (rows ? load<u32>(rows + (i3 << 2)) : i3) * stride;
    let n0 = root;
    let n1 = root;
    let n2 = root;
    let n3 = root;
    while (true) {
      const f0 = load<i32>(n0, 8);
      const f1 = load<i32>(n1, 8);
      const f2 = load<i32>(n2, 8);
      const f3 = load<i32>(n3, 8);
      if ((f0 & f1 & f2 & f3) < 0) break;
      n0 = step<T>(n0, f0, root, x0, byteValues);
      n1 = step<T>(n1, f1, root, x1, byteValues);
      n2 = step<T>(n2, f2, root, x2, byteValues);
      n3 = step<T>(n3, f3, root, x3, byteValues);
    }
    addLeaf(n0, leaves, k, out + i * vector);
    if (i + 1 < end) addLeaf(n1, leaves, k, out + i1 * vector);
    if (i + 2 < end) addLeaf(n2, leaves, k, out + i2 * vector);
    if (i + 3 < end) addLeaf(n3, leaves, k, out + i3 * vector);
  }
}
