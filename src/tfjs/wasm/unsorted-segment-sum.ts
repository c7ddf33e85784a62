import { Heap, type Info, type Kernel } from "./heap.js";

/** out [s] = sum of the rows of x whose segment is s; rows of other segments (negative, too large) belong to none. */
export const unsortedSegmentSum: Kernel<{ numSegments: number }> = (_, args) => {
  const { x, segmentIds } = args.inputs as { x: Info; segmentIds: Info };
  const heap = Heap.of(args.backend);
  const [rows, ...shape] = x.shape as [number, ...number[]];
  const width = shape.reduce((product, length) => product * length, 1);
  const { numSegments } = args.attrs;
  const dtype = x.dtype === "int32" ? "int32" : "float32";
  const sums = heap.zeros([numSegments, ...shape], dtype);
  const view = dtype === "int32" ? "ints" : "floats";
  const values = heap[view](x, rows * width);
  const out = heap[view](sums, numSegments * width);
  const ids = heap.ints(segmentIds, rows);
  for (let row = 0, at = 0; row < rows; row++, at += width) {
    const segment = ids[row]!;
    if (segment < 0 || segment >= numSegments) continue;
    for (let i = 0, to = segment * width; i < width; i++) out[to + i]! += values[at + i]!;
  }
  return sums;
};
