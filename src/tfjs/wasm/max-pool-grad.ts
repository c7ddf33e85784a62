import { Heap, type Info, type Kernel, VALUE } from "./heap.js";

interface PoolAttributes {
  readonly filterSize: [number, number] | number;
  readonly strides: [number, number] | number;
  readonly pad: "valid" | "same" | number;
  readonly dimRoundingMode?: "floor" | "round" | "ceil";
}

/** Each maximum's gradient goes to the first place that holds it. */
export const maxPoolGrad: Kernel<PoolAttributes> = (tf, args) => {
  const { dy, input, output } = args.inputs as { dy: Info; input: Info; output: Info };
  const { filterSize, strides, pad, dimRoundingMode } = args.attrs;
  const heap = Heap.of(args.backend);
  const shape = input.shape as [number, number, number, number];
  const g = tf.backend_util.computePool2DInfo(shape, filterSize, strides, 1, pad, dimRoundingMode);
  const dx = heap.zeros(input.shape, "float32");
  const [images, maxima, gradients, to] = [input, output, dy, dx].map((info) => heap.addressOf(info)) as number[];
  const imageBytes = g.inHeight * g.inWidth * g.inChannels * VALUE;
  const outBytes = g.outHeight * g.outWidth * g.inChannels * VALUE;
  const windows = [g.outHeight, g.outWidth, g.filterHeight, g.filterWidth, g.strideHeight, g.strideWidth];
  const { top, left } = g.padInfo;
  for (let i = 0; i < g.batchSize; i++) {
    const [image, most, gradient] = [images! + i * imageBytes, maxima! + i * outBytes, gradients! + i * outBytes];
    const place = [...windows, top, left, to! + i * imageBytes];
    heap.functions.addMaxPooling(image, g.inHeight, g.inWidth, g.inChannels, most, gradient, ...place);
  }
  return dx;
};
