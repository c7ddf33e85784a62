import type { Tf } from "../namespace.js";
import { Heap, type Info, type Kernel, VALUE } from "./heap.js";

type Four = [number, number, number, number];

interface DepthwiseAttributes {
  readonly strides: [number, number] | number;
  readonly dilations: [number, number] | number;
  readonly pad: "valid" | "same" | number;
  readonly dimRoundingMode?: "floor" | "round" | "ceil";
}

/** What the functions take of a convolution's sizes, and bytes of an image and of its outputs. */
function geometry(tf: Tf, input: number[], filter: number[], attrs: DepthwiseAttributes) {
  const { strides, dilations, pad, dimRoundingMode } = attrs;
  if (new Set([dilations, 1].flat()).size > 1) throw new Error("gradients of dilated convolutions are not supported");
  const info = tf.backend_util.computeConv2DInfo(input as Four, filter as Four, strides, 1, pad, dimRoundingMode, true);
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels } = info;
  return {
    batchSize,
    imageBytes: inHeight * inWidth * inChannels * VALUE,
    gradientBytes: outHeight * outWidth * outChannels * VALUE,
    image: [inHeight, inWidth, inChannels],
    outputs: [outHeight, outWidth, outChannels / inChannels, info.filterHeight, info.filterWidth],
    steps: [info.strideHeight, info.strideWidth, info.padInfo.top, info.padInfo.left],
  };
}

export const depthwiseBackpropFilter: Kernel<DepthwiseAttributes & { filterShape: number[] }> = (tf, args) => {
  const { x, dy } = args.inputs as { x: Info; dy: Info };
  const heap = Heap.of(args.backend);
  const g = geometry(tf, x.shape, args.attrs.filterShape, args.attrs);
  const dw = heap.zeros(args.attrs.filterShape, "float32");
  const [images, gradients, filters] = [x, dy, dw].map((info) => heap.addressOf(info)) as [number, number, number];
  for (let i = 0; i < g.batchSize; i++) {
    const [image, gradient] = [images + i * g.imageBytes, gradients + i * g.gradientBytes];
    heap.functions.addDepthwiseFilter(image, ...g.image, gradient, ...g.outputs, ...g.steps, filters);
  }
  return dw;
};

export const depthwiseBackpropInput: Kernel<DepthwiseAttributes & { inputShape: number[] }> = (tf, args) => {
  const { dy, filter } = args.inputs as { dy: Info; filter: Info };
  const heap = Heap.of(args.backend);
  const g = geometry(tf, args.attrs.inputShape, filter.shape, args.attrs);
  const dx = heap.zeros(args.attrs.inputShape, "float32");
  const [images, gradients, filters] = [dx, dy, filter].map((info) => heap.addressOf(info)) as [number, number, number];
  for (let i = 0; i < g.batchSize; i++) {
    const [image, gradient] = [images + i * g.imageBytes, gradients + i * g.gradientBytes];
    heap.functions.addDepthwiseInput(image, ...g.image, gradient, ...g.outputs, ...g.steps, filters);
  }
  return dx;
};
