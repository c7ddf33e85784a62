import { Heap, type Info, type Kernel } from "./heap.js";

interface SumAttributes {
  readonly axis: number | readonly number[];
  readonly keepDims: boolean;
}

/** How many leading axes are summed, if those are all that are, and more than none; else 0. */
export function leadingAxes({ shape, dtype }: Info, { axis, keepDims }: SumAttributes): number {
  const axes = [axis].flat().map((each) => (each < 0 ? each + shape.length : each));
  const isLeading = axes.length < shape.length && axes.every((each) => each < axes.length);
  return isLeading && new Set(axes).size === axes.length && dtype === "float32" && !keepDims ? axes.length : 0;
}

/** Sums over all leading axes, such as a bias's gradient, row by row; tfjs's own kernel transposes first. */
export const sumRows: Kernel<SumAttributes> = (_, { inputs, attrs, backend }) => {
  const { x } = inputs as { x: Info };
  const heap = Heap.of(backend);
  const axes = leadingAxes(x, attrs);
  const product = (sizes: readonly number[]) => sizes.reduce((size, length) => size * length, 1);
  const out = heap.make(x.shape.slice(axes), "float32");
  const columns = product(x.shape.slice(axes));
  heap.functions.sumRows(heap.addressOf(x), product(x.shape.slice(0, axes)), columns, heap.addressOf(out));
  return out;
};
