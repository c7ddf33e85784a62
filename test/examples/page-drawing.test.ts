import { describe, expect, it, vi } from "vitest";
import { LatestFirst } from "../../examples/server/ui/draw/latest-first.js";
import { normaliseDigit, SIDE } from "../../examples/server/ui/draw/normalise-digit.js";

/** A sheet with ink in a rectangle. */
function sheet(side: number, left: number, top: number, width: number, height: number, level = 255): Uint8Array {
  const ink = new Uint8Array(side * side);
  for (let y = top; y < top + height; y++) ink.fill(level, y * side + left, y * side + left + width);
  return ink;
}

/** Bounds of what is not paper, and where its centre of mass is. */
function measured(picture: Uint8Array) {
  let [mass, x, y] = [0, 0, 0];
  const [columns, rows] = [new Set<number>(), new Set<number>()];
  for (let row = 0; row < SIDE; row++) {
    for (let column = 0; column < SIDE; column++) {
      const value = picture[row * SIDE + column]!;
      if (value === 0) continue;
      columns.add(column);
      rows.add(row);
      mass += value;
      x += value * column;
      y += value * row;
    }
  }
  return { width: columns.size, height: rows.size, centre: [x / mass, y / mass] };
}

describe("A drawing in the form of MNIST", () => {
  it("is nothing where there is no ink", () => {
    expect(normaliseDigit(new Uint8Array(100), 10, 10)).toBeNull();
  });

  it.each([
    ["tall", sheet(280, 10, 5, 50, 200), 5, 20],
    ["wide", sheet(280, 70, 260, 200, 20), 20, 2],
    ["a dot", sheet(280, 279, 279, 1, 1), 20, 20],
    ["the whole sheet", sheet(30, 0, 0, 30, 30), 20, 20],
  ])("fits the box of 20 x 20 with its proportions kept: %s", (_, ink, width, height) => {
    const side = Math.sqrt(ink.length);
    const picture = normaliseDigit(ink, side, side)!;
    expect(measured(picture)).toMatchObject({ width, height });
    expect(Math.max(...picture)).toBe(255);
  });

  it("has its centre of mass in the middle, to half a pixel, wherever it was drawn", () => {
    const seven = sheet(280, 100, 20, 100, 20);
    for (let y = 40; y < 240; y++) seven.fill(255, y * 280 + 180, y * 280 + 200);
    const [x, y] = measured(normaliseDigit(seven, 280, 280)!).centre;
    expect(Math.abs(x! - 13.5)).toBeLessThanOrEqual(0.5);
    expect(Math.abs(y! - 13.5)).toBeLessThanOrEqual(0.5);
  });

  it("is the same for faint ink, and elsewhere on the sheet", () => {
    const picture = normaliseDigit(sheet(280, 10, 5, 50, 200), 280, 280);
    expect(normaliseDigit(sheet(280, 130, 60, 50, 200, 51), 280, 280)).toEqual(picture);
  });
});

describe("Work that follows a drawing", () => {
  it("is done one at a time, not more often than every 50 ms, and always with the latest", async () => {
    vi.useFakeTimers();
    try {
      const done: number[] = [];
      const loop = new LatestFirst<number>(async (item) => {
        done.push(item);
        await new Promise((resolve) => setTimeout(resolve, item === 4 ? 200 : 0));
      });
      for (const item of [1, 2, 3]) loop.give(item);
      expect(done).toEqual([1]);
      await vi.advanceTimersByTimeAsync(49);
      expect(done).toEqual([1]);
      await vi.advanceTimersByTimeAsync(1);
      expect(done).toEqual([1, 3]);
      await vi.advanceTimersByTimeAsync(50);
      for (const item of [4, 5, 6]) loop.give(item);
      await vi.advanceTimersByTimeAsync(199);
      expect(done).toEqual([1, 3, 4]);
      await vi.advanceTimersByTimeAsync(1);
      expect(done).toEqual([1, 3, 4, 6]);
    } finally {
      vi.useRealTimers();
    }
  });
});
