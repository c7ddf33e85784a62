import { DESCRIPTOR_BYTES, TILE } from "../kernels/bin-columns.js";
import type { Part } from "../kernels/grow-boosted.js";
import type { Memory } from "../parallel/memory.js";
import type { BinnedColumns } from "./binned-columns.js";

/**
 * Cuts the work of a node into at least `wanted` parts, if there is so much to cut: whole tiles, or features of those tiles
 * that store every cell, whose rows have all entries at fixed places.
 */
export function partsOf({ tiles, nTiles, cols }: BinnedColumns, wanted: number, memory: Memory): readonly Part[] {
  if (wanted === 1) return [{ tiles: [0, nTiles], features: [0, cols] }];
  const words = memory.u32(tiles);
  const cuts = Math.ceil(wanted / nTiles);
  return Array.from({ length: nTiles }, (_, t): Part[] => {
    const tile = (t * DESCRIPTOR_BYTES) / 4;
    const [begin, end] = [words[tile + TILE.featureBegin]!, words[tile + TILE.featureEnd]!];
    const pieces = words[tile + TILE.pointers] === 0 ? Math.min(cuts, end - begin) : 1;
    const at = (piece: number) => begin + Math.round((piece * (end - begin)) / pieces);
    return Array.from({ length: pieces }, (_, i) => ({ tiles: [t, t + 1], features: [at(i), at(i + 1)] }));
  }).flat();
}
