import { Heap, type Info, type Kernel, VALUE } from "./heap.js";

interface SliceAttributes {
  readonly begin: number | number[];
  readonly size?: number | number[];
}

/** Whether a vector is sliced, for which tfjs's own kernel copies the whole of it first. */
export const isVector = ({ shape, dtype }: Info): boolean => shape.length === 1 && dtype === "float32";

/** A piece of a vector. */
export const sliceVector: Kernel<SliceAttributes> = (tf, { inputs, attrs, backend }) => {
  const x = inputs.x!;
  const [begins, sizes] = tf.slice_util.parseSliceParams(x as never, attrs.begin, attrs.size);
  const [begin, size] = [begins![0]!, sizes![0]!];
  const heap = Heap.of(backend);
  const out = heap.make([size], "float32");
  heap.copy(heap.addressOf(x) + begin * VALUE, size * VALUE, heap.addressOf(out));
  return out;
};
