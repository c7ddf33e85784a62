import type { Point, Stroke } from "./strokes.js";

const SHEET = 32;
const BLOCK = 4;
const SIDE = SHEET / BLOCK;
/** Width of the pen. */
const PEN = 5;
/** Straight pieces between two points of a stroke. */
const PIECES = 12;

/**
 * Grey values of 8 x 8 pixels, 0 for paper to 16 for ink, in the way of the digits data set: the strokes are drawn on a
 * bitmap of 32 x 32, and each pixel counts the inked dots in its block of 4 x 4.
 */
export function rasterize(strokes: readonly Stroke[]): Uint8Array {
  const lines = strokes.map(smooth);
  const levels = new Uint8Array(SIDE * SIDE);
  for (let y = 0; y < SHEET; y++) {
    for (let x = 0; x < SHEET; x++) {
      const isInk = lines.some((line) => distance([x + 0.5, y + 0.5], line) <= PEN / 2);
      if (isInk) levels[Math.floor(y / BLOCK) * SIDE + Math.floor(x / BLOCK)]! += 1;
    }
  }
  return levels;
}

/** A Catmull-Rom spline through the points, as a polyline. */
function smooth(stroke: Stroke): Point[] {
  const at = (i: number) => stroke[Math.min(stroke.length - 1, Math.max(0, i))]!;
  const line: Point[] = [];
  for (let i = 0; i < stroke.length - 1; i++) {
    const [p, q, r, s] = [at(i - 1), at(i), at(i + 1), at(i + 2)];
    for (let piece = 0; piece < PIECES; piece++) {
      const t = piece / PIECES;
      line.push([0, 1].map((axis) => spline(p[axis]!, q[axis]!, r[axis]!, s[axis]!, t)) as [number, number]);
    }
  }
  return [...line, stroke.at(-1)!];
}

/** From q at t = 0 to r at t = 1. */
function spline(p: number, q: number, r: number, s: number, t: number): number {
  return q + (t / 2) * (r - p + t * (2 * p - 5 * q + 4 * r - s + t * (3 * (q - r) + s - p)));
}

function distance(dot: Point, line: readonly Point[]): number {
  let nearest = Number.POSITIVE_INFINITY;
  for (let i = 1; i < line.length; i++) nearest = Math.min(nearest, distanceToPiece(dot, line[i - 1]!, line[i]!));
  return nearest;
}

function distanceToPiece([x, y]: Point, [ax, ay]: Point, [bx, by]: Point): number {
  const [dx, dy] = [bx - ax, by - ay];
  const along = ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy || 1);
  const t = Math.min(1, Math.max(0, along));
  return Math.hypot(x - ax - t * dx, y - ay - t * dy);
}
