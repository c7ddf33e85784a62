import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import type { BinnedColumns } from "../../src/boosting/binned-columns.js";
import { partsOf } from "../../src/boosting/parts.js";
import { DESCRIPTOR_BYTES, TILE } from "../../src/kernels/bin-columns.js";
import { inlinePool } from "../../src/parallel/inline-pool.js";

const pool = inlinePool();
afterAll(() => pool.close());

interface Tile {
  readonly features: number;
  readonly isDense: boolean;
}

function cut(tiles: readonly Tile[], wanted: number) {
  const words = new Uint32Array((DESCRIPTOR_BYTES / 4) * tiles.length);
  let cols = 0;
  for (const [t, { features, isDense }] of tiles.entries()) {
    const tile = words.subarray((DESCRIPTOR_BYTES / 4) * t);
    tile[TILE.featureBegin] = cols;
    tile[TILE.featureEnd] = cols += features;
    tile[TILE.pointers] = isDense ? 0 : 64;
  }
  const scope = pool.memory.scope();
  try {
    const binned = { tiles: scope.place(words), nTiles: tiles.length, cols } as BinnedColumns;
    return partsOf(binned, wanted, pool.memory);
  } finally {
    scope.free();
  }
}

const dense = (features: number): Tile => ({ features, isDense: true });
const sparse = (features: number): Tile => ({ features, isDense: false });
const anyTiles = fc.array(fc.record({ features: fc.integer({ min: 1, max: 40 }), isDense: fc.boolean() }), {
  minLength: 1,
  maxLength: 9,
});

describe("partsOf", () => {
  it("leaves everything in one part where one is wanted", () => {
    expect(cut([dense(3), sparse(4), dense(5)], 1)).toEqual([{ tiles: [0, 3], features: [0, 12] }]);
  });

  it("cuts between tiles, and dense tiles between features", () => {
    expect(cut([dense(7), sparse(4)], 4)).toEqual([
      { tiles: [0, 1], features: [0, 4] },
      { tiles: [0, 1], features: [4, 7] },
      { tiles: [1, 2], features: [7, 11] },
    ]);
  });

  it("gives every feature to one part, in order, with the one tile that it lies in, which is whole unless it is dense", () => {
    fc.assert(
      fc.property(anyTiles, fc.integer({ min: 2, max: 20 }), (tiles, wanted) => {
        const begins = [0];
        for (const { features } of tiles) begins.push(begins.at(-1)! + features);
        let next = 0;
        for (const { tiles: range, features } of cut(tiles, wanted)) {
          const [tile] = range;
          expect(range).toEqual([tile, tile + 1]);
          expect(features[0]).toBe(next);
          expect(features[1]).toBeGreaterThan(next);
          expect(features[0]).toBeGreaterThanOrEqual(begins[tile]!);
          expect(features[1]).toBeLessThanOrEqual(begins[tile + 1]!);
          if (!tiles[tile]!.isDense) expect(features).toEqual([begins[tile], begins[tile + 1]]);
          next = features[1];
        }
        expect(next).toBe(begins.at(-1));
      }),
    );
  });

  it("makes as many parts as are wanted out of dense tiles with so many features each", () => {
    const sizes = fc.array(fc.integer({ min: 20, max: 40 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(sizes, fc.integer({ min: 1, max: 20 }), (sizes, wanted) => {
        expect(cut(sizes.map(dense), wanted).length).toBeGreaterThanOrEqual(wanted);
      }),
    );
  });
});
