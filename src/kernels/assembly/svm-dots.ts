// Dot products of one row with a panel of rows.
//
// A panel holds 24 rows of i16 codes, or 12 rows of f64, transposed: line p is 96 bytes, two features of each row (i16) or
// one feature of each (f64). The last line holds the rows' squared norms. A row goes through the panel as the list of its
// entries that are not 0, or, where most are not, as it stands. i16 sums are exact; f64 sums run over ascending features with
// one accumulator that begins at +0, so leaving out zeros changes no bit.

/** Kinds of vectors. */
export const I16: u32 = 0;
export const F64: u32 = 1;

/** Bytes of a line of a panel. */
export const LINE: u32 = 96;

/** Rows of a panel. */
// @ts-ignore: decorator
@inline
export function widthOf(kind: u32): u32 {
  return kind == I16 ? 24 : 12;
}

/** A table of vectors: 32 bytes of u32. */
// @ts-ignore: decorator
@inline
export function kindOf(vectors: u32): u32 {
  return load<u32>(vectors);
}
// @ts-ignore: decorator
@inline
export function cellsOf(vectors: u32): u32 {
  return load<u32>(vectors, 4);
}
/** i32 or f64 each: squared norms. */
// @ts-ignore: decorator
@inline
export function normsOf(vectors: u32): u32 {
  return load<u32>(vectors, 8);
}
/** Pairs of features (i16) or features (f64) of a row. */
// @ts-ignore: decorator
@inline
export function linesOf(vectors: u32): u32 {
  return load<u32>(vectors, 12);
}
/** u32[rows + 1]: first entry of each row; 0 where rows have no lists. */
// @ts-ignore: decorator
@inline
export function startsOf(vectors: u32): u32 {
  return load<u32>(vectors, 16);
}
/** Entries: i16: u32 offset in a panel, u32 pair of codes; f64: u32 offset, u32 0, f64 value. */
// @ts-ignore: decorator
@inline
export function entriesOf(vectors: u32): u32 {
  return load<u32>(vectors, 20);
}

/** Dot products of a row of `vectors` with the panel's rows into out: i32[24] or f64[12]. */
export function dotsWithPanel(vectors: u32, row: u32, panel: u32, out: u32): void {
  const starts = startsOf(vectors);
  const lines = linesOf(vectors);
  if (kindOf(vectors) == I16) {
    if (starts != 0) {
      const entries = entriesOf(vectors);
      const begin = entries + (load<u32>(starts + (row << 2)) << 3);
      accumulate<i32>(true, begin, entries + (load<u32>(starts + (row << 2), 4) << 3), panel, out);
    } else {
      const begin = cellsOf(vectors) + ((row * lines) << 2);
      accumulate<i32>(false, begin, begin + (lines << 2), panel, out);
    }
  } else if (starts != 0) {
    const entries = entriesOf(vectors);
    const begin = entries + (load<u32>(starts + (row << 2)) << 4);
    accumulate<f64>(true, begin, entries + (load<u32>(starts + (row << 2), 4) << 4), panel, out);
  } else {
    const begin = cellsOf(vectors) + ((row * lines) << 3);
    accumulate<f64>(false, begin, begin + (lines << 3), panel, out);
  }
}

/** a + x * line, lane by lane; of i32 lanes that are pairs of i16. */
// @ts-ignore: decorator
@inline
function fma<T>(a: v128, x: v128, line: v128): v128 {
  if (isFloat<T>()) return f64x2.add(a, f64x2.mul(x, line));
  return i32x4.add(a, i32x4.dot_i16x8_s(x, line));
}

// `T` and `listed` are literals in every call, so each inlined copy is one loop over six registers; more of them are
// spilt by the compiler of Node 20.
// @ts-ignore: decorator
@inline
function accumulate<T>(listed: bool, begin: u32, end: u32, panel: u32, out: u32): void {
  const size: u32 = sizeof<T>();
  let a = i32x4.splat(0);
  let b = a;
  let c = a;
  let d = a;
  let e = a;
  let f = a;
  let line = panel;
  for (let at = begin; at < end; at += listed ? 2 * size : size) {
    if (listed) line = panel + load<u32>(at);
    const x = v128.load_splat<T>(listed ? at + size : at);
    a = fma<T>(a, x, v128.load(line));
    b = fma<T>(b, x, v128.load(line, 16));
    c = fma<T>(c, x, v128.load(line, 32));
    d = fma<T>(d, x, v128.load(line, 48));
    e = fma<T>(e, x, v128.load(line, 64));
    f = fma<T>(f, x, v128.load(line, 80));
    if (!listed) line += LINE;
  }
  v128.store(out, a);
  v128.store(out, b, 16);
  v128.store(out, c, 32);
  v128.store(out, d, 48);
  v128.store(out, e, 64);
  v128.store(out, f, 80);
}

/** Packs the rows order[from .. from + width) of `vectors`, as far as there are `n`, into a panel; the rest is 0. */
export function packPanel(vectors: u32, order: u32, n: u32, from: u32, panel: u32): void {
  const lines = linesOf(vectors);
  const norms = normsOf(vectors);
  const cells = cellsOf(vectors);
  const last = panel + lines * LINE;
  if (from + widthOf(kindOf(vectors)) > n) memory.fill(panel, 0, (lines + 1) * LINE);
  const to = min(n, from + widthOf(kindOf(vectors)));
  for (let c = from; c < to; c++) {
    const row = load<u32>(order + (c << 2));
    if (kindOf(vectors) == I16) {
      const at = panel + ((c - from) << 2);
      store<i32>(last + ((c - from) << 2), load<i32>(norms + (row << 2)));
      for (let p: u32 = 0; p < lines; p++) store<u32>(at + p * LINE, load<u32>(cells + ((row * lines + p) << 2)));
    } else {
      const at = panel + ((c - from) << 3);
      store<f64>(last + ((c - from) << 3), load<f64>(norms + (row << 3)));
      for (let p: u32 = 0; p < lines; p++) store<f64>(at + p * LINE, load<f64>(cells + ((row * lines + p) << 3)));
    }
  }
}

/** Dot products and squared norms of `count` rows, from a row of dot products. */
export function gather(vectors: u32, dots: u32, columns: u32, count: u32, raw: u32, norms: u32): void {
  const own = normsOf(vectors);
  for (let c: u32 = 0; c < count; c++) {
    const column = load<u32>(columns + (c << 2));
    if (kindOf(vectors) == I16) {
      store<i32>(raw + (c << 2), load<i32>(dots + (column << 2)));
      store<i32>(norms + (c << 2), load<i32>(own + (column << 2)));
    } else {
      store<f64>(raw + (c << 3), load<f64>(dots + (column << 3)));
      store<f64>(norms + (c << 3), load<f64>(own + (column << 3)));
    }
  }
}
