/** A point on the pad: 0 to 1 from left to right and from top to bottom. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A movement of the pen. */
export type Stroke = readonly Point[];

/** Width of the pen, as a share of the pad's side. */
const PEN = 0.075;

/** Draws strokes onto a square of so many pixels, smoothed: curves through the middles between points. */
export function paintStrokes(context: CanvasRenderingContext2D, strokes: readonly Stroke[], side: number): void {
  context.clearRect(0, 0, side, side);
  context.lineWidth = PEN * side;
  context.lineCap = "round";
  context.lineJoin = "round";
  for (const stroke of strokes) {
    const points = stroke.map(({ x, y }) => ({ x: x * side, y: y * side }));
    const [first, last] = [points[0], points.at(-1)];
    if (first === undefined || last === undefined) continue;
    context.beginPath();
    context.moveTo(first.x, first.y);
    for (let i = 1; i < points.length - 1; i++) {
      const [from, to] = [points[i]!, points[i + 1]!];
      context.quadraticCurveTo(from.x, from.y, (from.x + to.x) / 2, (from.y + to.y) / 2);
    }
    context.lineTo(last.x, last.y);
    context.stroke();
  }
}

/** The strokes with a point added to the last one. */
export function extended(strokes: readonly Stroke[], ...points: readonly Point[]): readonly Stroke[] {
  return [...strokes.slice(0, -1), [...(strokes.at(-1) ?? []), ...points]];
}
