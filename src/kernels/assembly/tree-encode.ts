// Column-major codes of a row-major matrix: equal values have equal codes, and codes are in the order of the values.

/** codes u8[cols][rows] of data u8[rows][cols], for rows [rowBegin, rowEnd), in blocks that fit the first-level cache. */
export function transposeBytes(data: u32, rows: u32, cols: u32, codes: u32, rowBegin: u32, rowEnd: u32): i32 {
  const BLOCK: u32 = 64;
  for (let r0 = rowBegin; r0 < rowEnd; r0 += BLOCK) {
    const r1 = min(r0 + BLOCK, rowEnd);
    for (let c0: u32 = 0; c0 < cols; c0 += BLOCK) {
      const c1 = min(c0 + BLOCK, cols);
      for (let c = c0; c < c1; c++) {
        let from = data + r0 * cols + c;
        let to = codes + c * rows + r0;
        const end = codes + c * rows + r1;
        while (to < end) {
          store<u8>(to++, load<u8>(from));
          from += cols;
        }
      }
    }
  }
  return 0;
}

/**
 * ranges u32[cols][2]: one more than each byte column's largest code, and its most frequent one (the lowest of several), for
 * columns [colBegin, colEnd).
 */
export function byteRanges(codes: u32, rows: u32, colBegin: u32, colEnd: u32, ranges: u32, scratch: u32): i32 {
  for (let c = colBegin; c < colEnd; c++) {
    memory.fill(scratch, 0, 1024);
    const end = codes + c * rows + rows;
    for (let p = codes + c * rows; p < end; p++) {
      const at = scratch + (u32(load<u8>(p)) << 2);
      store<u32>(at, load<u32>(at) + 1);
    }
    let limit: u32 = 256;
    while (limit > 0 && load<u32>(scratch + ((limit - 1) << 2)) == 0) limit--;
    store<u32>(ranges + (c << 3), limit);
    store<u32>(ranges + (c << 3), mostFrequent(scratch, limit), 4);
  }
  return 0;
}

function mostFrequent(counts: u32, n: u32): u32 {
  let best: u32 = 0;
  for (let i: u32 = 1; i < n; i++) if (load<u32>(counts + (i << 2)) > load<u32>(counts + (best << 2))) best = i;
  return best;
}

/** Bits of a number as an integer of the same order; -0 is 0. */
@inline
function ordered(x: f64): u64 {
  const bits = reinterpret<u64>(x + 0);
  return bits >> 63 ? ~bits : bits | 0x8000000000000000;
}
@inline
function valueOf(order: u64): f64 {
  return reinterpret<f64>(order >> 63 ? order & 0x7fffffffffffffff : ~order);
}

/**
 * Ranks column `col` of row-major data (kind 1: f32, 2: f64): values f64[distinct], ascending, and codes[rows], of one byte
 * where at most 256 values are distinct, else of four. info u32[2]: distinct, most frequent code.
 * values must have room for rows, codes for 4 * rows bytes (a multiple of 8), scratch for 32 * rows + 8192.
 */
export function rankColumn(
  data: u32, kind: u32, rows: u32, cols: u32, col: u32, values: u32, codes: u32, info: u32, scratch: u32,
): i32 {
  // Pairs of 16 bytes: ordered bits, row.
  let from = scratch + 8192;
  let to = from + (rows << 4);
  let any: u64 = 0;
  let first: u64 = 0;
  for (let r: u32 = 0; r < rows; r++) {
    const at = data + ((r * cols + col) << (kind == 1 ? 2 : 3));
    const key = ordered(kind == 1 ? f64(load<f32>(at)) : load<f64>(at));
    if (r == 0) first = key;
    any |= key ^ first;
    store<u64>(from + (r << 4), key);
    store<u32>(from + (r << 4), r, 8);
  }
  for (let shift: u32 = 0; shift < 64; shift += 11) {
    // A digit that all keys share sorts nothing.
    if (((any >> shift) & 2047) == 0) continue;
    memory.fill(scratch, 0, 8192);
    const end = from + (rows << 4);
    for (let p = from; p < end; p += 16) {
      const at = scratch + ((u32(load<u64>(p) >> shift) & 2047) << 2);
      store<u32>(at, load<u32>(at) + 1);
    }
    let place = to;
    for (let t = scratch; t < scratch + 8192; t += 4) {
      const c = load<u32>(t);
      store<u32>(t, place);
      place += c << 4;
    }
    for (let p = from; p < end; p += 16) {
      const key = load<u64>(p);
      const at = scratch + ((u32(key >> shift) & 2047) << 2);
      const place = load<u32>(at);
      store<u32>(at, place + 16);
      store<u64>(place, key);
      store<u32>(place, load<u32>(p, 8), 8);
    }
    const swap = from;
    from = to;
    to = swap;
  }
  let code: u32 = 0;
  let run: u32 = 0;
  let longest: u32 = 0;
  let mode: u32 = 0;
  for (let i: u32 = 0; i < rows; i++) {
    const at = from + (i << 4);
    const key = load<u64>(at);
    if (i > 0 && key != load<u64>(at - 16)) {
      code++;
      run = 0;
    }
    if (run == 0) store<f64>(values + (code << 3), valueOf(key));
    run++;
    if (run > longest) {
      longest = run;
      mode = code;
    }
    store<u32>(codes + (load<u32>(at, 8) << 2), code);
  }
  const distinct = rows ? code + 1 : 0;
  if (distinct <= 256) {
    for (let r: u32 = 0; r < rows; r++) store<u8>(codes + r, u8(load<u32>(codes + (r << 2))));
  }
  store<u32>(info, distinct);
  store<u32>(info, mode, 4);
  return 0;
}
