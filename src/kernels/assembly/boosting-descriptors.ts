// Fields of the descriptors of features and of tiles, 32 bytes each; see ../bin-columns.ts.

export const FEATURE_CODES: u32 = 0;
export const FEATURE_WIDTH: u32 = 4;
export const FEATURE_BINS: u32 = 8;
export const FEATURE_MISSING: u32 = 12;
export const FEATURE_FIRST_BIN: u32 = 16;
export const FEATURE_MODE: u32 = 20;

export const TILE_BEGIN: u32 = 0;
export const TILE_END: u32 = 4;
export const TILE_FIRST_BIN: u32 = 8;
export const TILE_BINS: u32 = 12;
export const TILE_ENTRIES: u32 = 16;
export const TILE_POINTERS: u32 = 20;
export const TILE_WIDTH: u32 = 24;

@inline
export function descriptorAt(descriptors: u32, i: u32): u32 {
  return descriptors + (i << 5);
}
