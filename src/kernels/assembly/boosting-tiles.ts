// Tiles: the codes of a few columns row by row, as bins of the tile's histogram.

import {
  FEATURE_CODES, FEATURE_WIDTH, FEATURE_FIRST_BIN, FEATURE_MODE, TILE_BEGIN, TILE_END, TILE_FIRST_BIN, TILE_ENTRIES,
  TILE_POINTERS, TILE_WIDTH, descriptorAt,
} from "./boosting-descriptors";

/** Rows that are turned at a time: what they read and write stays in the first-level cache. */
const BLOCK: u32 = 256;

@inline
function codeAt(codes: u32, wide: bool, row: u32): u32 {
  return wide ? u32(load<u16>(codes + (row << 1))) : u32(load<u8>(codes + row));
}

/** Adds one to lengths[r - begin] for each row of [begin, end) whose code is not the mode. */
function countStored(codes: u32, wide: bool, mode: u32, begin: u32, end: u32, lengths: u32): void {
  let r = begin;
  if (!wide) {
    const modes = i8x16.splat(u8(mode));
    for (; r + 16 <= end; r += 16) {
      let other = u32(i8x16.bitmask(i8x16.ne(v128.load(codes + r), modes)));
      for (; other; other &= other - 1) {
        const at = lengths + ((r + ctz(other) - begin) << 2);
        store<u32>(at, load<u32>(at) + 1);
      }
    }
  }
  for (; r < end; r++) {
    const at = lengths + ((r - begin) << 2);
    store<u32>(at, load<u32>(at) + u32(codeAt(codes, wide, r) != mode));
  }
}

@inline
function append(places: u32, row: u32, bin: u32): void {
  const at = places + (row << 2);
  const place = load<u32>(at);
  store<u16>(place, u16(bin));
  store<u32>(at, place + 2);
}

/** Stores the bin of each row of [begin, end) whose code is not the mode, at places[r - begin], which moves on. */
function appendStored(codes: u32, wide: bool, mode: u32, begin: u32, end: u32, places: u32, firstBin: u32): void {
  let r = begin;
  if (!wide) {
    const modes = i8x16.splat(u8(mode));
    for (; r + 16 <= end; r += 16) {
      let other = u32(i8x16.bitmask(i8x16.ne(v128.load(codes + r), modes)));
      for (; other; other &= other - 1) {
        const row = r + ctz(other);
        append(places, row - begin, firstBin + u32(load<u8>(codes + row)));
      }
    }
  }
  for (; r < end; r++) {
    const code = codeAt(codes, wide, r);
    if (code != mode) append(places, r - begin, firstBin + code);
  }
}

/** Rows [begin, end) of a tile that leaves modes out; pointers[begin] says where they begin. */
function fillSparse(features: u32, tile: u32, begin: u32, end: u32, places: u32): void {
  const from = descriptorAt(features, load<u32>(tile, TILE_BEGIN));
  const to = descriptorAt(features, load<u32>(tile, TILE_END));
  const tileBin = load<u32>(tile, TILE_FIRST_BIN);
  const entries = load<u32>(tile, TILE_ENTRIES);
  const pointers = load<u32>(tile, TILE_POINTERS);
  memory.fill(places, 0, (end - begin) << 2);
  for (let f = from; f < to; f += 32) {
    const wide = load<u32>(f, FEATURE_WIDTH) == 2;
    countStored(load<u32>(f, FEATURE_CODES), wide, load<u32>(f, FEATURE_MODE), begin, end, places);
  }
  let entry = load<u32>(pointers + (begin << 2));
  for (let r = begin; r < end; r++) {
    const at = places + ((r - begin) << 2);
    const length = load<u32>(at);
    store<u32>(at, entries + (entry << 1));
    entry += length;
    store<u32>(pointers + (r << 2), entry, 4);
  }
  for (let f = from; f < to; f += 32) {
    const firstBin = load<u32>(f, FEATURE_FIRST_BIN) - tileBin;
    const wide = load<u32>(f, FEATURE_WIDTH) == 2;
    appendStored(load<u32>(f, FEATURE_CODES), wide, load<u32>(f, FEATURE_MODE), begin, end, places, firstBin);
  }
}

/** Rows [begin, end) of a tile that stores every cell. */
function fillDense(features: u32, tile: u32, begin: u32, end: u32): void {
  const first = load<u32>(tile, TILE_BEGIN);
  const width = load<u32>(tile, TILE_END) - first;
  const tileBin = load<u32>(tile, TILE_FIRST_BIN);
  const entries = load<u32>(tile, TILE_ENTRIES);
  for (let k: u32 = 0; k < width; k++) {
    const f = descriptorAt(features, first + k);
    const codes = load<u32>(f, FEATURE_CODES);
    const wide = load<u32>(f, FEATURE_WIDTH) == 2;
    if (load<u32>(tile, TILE_WIDTH) == 1) {
      let to = entries + begin * width + k;
      for (let r = begin; r < end; r++) {
        store<u8>(to, load<u8>(codes + r));
        to += width;
      }
      continue;
    }
    const firstBin = load<u32>(f, FEATURE_FIRST_BIN) - tileBin;
    let to = entries + ((begin * width + k) << 1);
    for (let r = begin; r < end; r++) {
      store<u16>(to, u16(firstBin + codeAt(codes, wide, r)));
      to += width << 1;
    }
  }
}

/**
 * Fills rows [rowBegin, rowEnd) of the tile that descriptor `tile` describes: its entries, and where it is sparse
 * pointers[rowBegin + 1 ..= rowEnd]; rows of a sparse tile come in order. scratch: 1024 bytes.
 */
export function fillTile(features: u32, tile: u32, rowBegin: u32, rowEnd: u32, scratch: u32): i32 {
  const pointers = load<u32>(tile, TILE_POINTERS);
  if (pointers && rowBegin == 0) store<u32>(pointers, 0);
  for (let r = rowBegin; r < rowEnd; r += BLOCK) {
    const end = min(r + BLOCK, rowEnd);
    if (pointers) fillSparse(features, tile, r, end, scratch);
    else fillDense(features, tile, r, end);
  }
  return 0;
}
