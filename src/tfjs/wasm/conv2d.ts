import type { Tf } from "../namespace.js";
import { Heap, type Info, type Kernel, packedBytes, VALUE } from "./heap.js";

type Four = [number, number, number, number];

interface ConvAttributes {
  readonly strides: [number, number] | number;
  readonly pad: "valid" | "same" | number;
  readonly dataFormat: "NHWC" | "NCHW";
  readonly dimRoundingMode?: "floor" | "round" | "ceil";
}

/** Sizes of a convolution, batches aside. */
function geometry(tf: Tf, kernel: string, input: number[], filter: number[], attrs: ConvAttributes) {
  const { strides, pad, dataFormat, dimRoundingMode } = attrs;
  if (dataFormat === "NCHW") throw new Error(`${kernel} of the wasm backend takes images of the format NHWC only`);
  const info = tf.backend_util.computeConv2DInfo(input as Four, filter as Four, strides, 1, pad, dimRoundingMode);
  const { top, bottom, left, right } = info.padInfo;
  return {
    ...info,
    top,
    left,
    isPadded: top + bottom + left + right > 0,
    paddedHeight: (info.outHeight - 1) * info.strideHeight + info.filterHeight,
    paddedWidth: (info.outWidth - 1) * info.strideWidth + info.filterWidth,
  };
}

/** Where the patches of `down` x `across` outputs begin in an image so wide. */
function basesOf(
  down: number,
  across: number,
  strideHeight: number,
  strideWidth: number,
  width: number,
  pixel: number,
) {
  const bases = new Int32Array(down * across);
  for (let y = 0, i = 0; y < down; y++) {
    for (let x = 0; x < across; x++) bases[i++] = (y * strideHeight * width + x * strideWidth) * pixel;
  }
  return bases;
}

/** Where a patch's values lie behind its beginning. */
function offsetsOf(height: number, width: number, channels: number, imageWidth: number) {
  const offsets = new Int32Array(height * width * channels);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width * channels; x++) offsets[i++] = (y * imageWidth * channels + x) * VALUE;
  }
  return offsets;
}

/** dW [k, o] = sum over patches p of x [p, k] * dy [p, o], image by image. */
export const conv2dBackpropFilter: Kernel<ConvAttributes & { filterShape: number[] }> = (tf, args) => {
  const { x, dy } = args.inputs as { x: Info; dy: Info };
  const heap = Heap.of(args.backend);
  const g = geometry(tf, "Conv2DBackpropFilter", x.shape, args.attrs.filterShape, args.attrs);
  const dw = heap.zeros(args.attrs.filterShape, "float32");
  const pixel = g.inChannels * VALUE;
  const [height, width] = g.isPadded ? [g.paddedHeight, g.paddedWidth] : [g.inHeight, g.inWidth];
  const bases = basesOf(g.outHeight, g.outWidth, g.strideHeight, g.strideWidth, width, pixel);
  const offsets = offsetsOf(g.filterHeight, g.filterWidth, g.inChannels, width);
  const [patches, depth, columns] = [bases.length, offsets.length, g.outChannels];
  const paddedBytes = g.isPadded ? height * width * pixel : 0;
  const { packColumns, padImage, addOuterProducts } = heap.functions;
  heap.borrow([paddedBytes, packedBytes(patches, columns)], [bases, offsets], (padded, packed, from, behind) => {
    const [images, gradients, to] = [heap.addressOf(x), heap.addressOf(dy), heap.addressOf(dw)];
    for (let image = 0; image < g.batchSize; image++) {
      const source = images! + image * g.inHeight * g.inWidth * pixel;
      if (g.isPadded) {
        padImage(source, g.inHeight, g.inWidth, g.inChannels, padded!, height, width, g.top, g.left);
      }
      const gradient = gradients! + image * patches * columns * VALUE;
      packColumns(gradient, patches, columns * VALUE, columns, VALUE, packed!);
      addOuterProducts(g.isPadded ? padded! : source, from!, patches, behind!, depth, packed!, columns, to!);
    }
  });
  return dw;
};

/** dy [p, o] * W [k, o], transposed, is what each patch p gets for its values k; where patches overlap it adds up. */
export const conv2dBackpropInput: Kernel<ConvAttributes & { inputShape: number[] }> = (tf, args) => {
  const { dy, filter } = args.inputs as { dy: Info; filter: Info };
  const heap = Heap.of(args.backend);
  const g = geometry(tf, "Conv2DBackpropInput", args.attrs.inputShape, filter.shape, args.attrs);
  const dx = heap.zeros(args.attrs.inputShape, "float32");
  const [depth, columns] = [g.outChannels, g.filterHeight * g.filterWidth * g.inChannels];
  const patches = g.outHeight * g.outWidth;
  const bases = Int32Array.from({ length: patches }, (_, patch) => patch * depth * VALUE);
  const offsets = Int32Array.from({ length: depth }, (_, k) => k * VALUE);
  const { packColumns, padImage, patchProducts, addPatches } = heap.functions;
  const imageBytes = g.inHeight * g.inWidth * g.inChannels * VALUE;
  const paddedBytes = g.isPadded ? g.paddedHeight * g.paddedWidth * g.inChannels * VALUE : 0;
  const patchBytes = patches * columns * VALUE;
  const sizes = [packedBytes(depth, columns), patchBytes, paddedBytes];
  heap.borrow(sizes, [bases, offsets], (packed, parts, padded, from, behind) => {
    const [gradients, filters, to] = [dy, filter, dx].map((info) => heap.addressOf(info)) as [number, number, number];
    packColumns(filters, depth, VALUE, columns, depth * VALUE, packed!);
    const run = g.filterWidth * g.inChannels;
    const spread = [g.outHeight, g.outWidth, g.filterHeight, run, g.strideHeight, g.strideWidth];
    for (let image = 0; image < g.batchSize; image++) {
      const source = gradients + image * patches * depth * VALUE;
      patchProducts(source, from!, patches, behind!, depth, packed!, columns, parts!);
      const target = to + image * imageBytes;
      if (!g.isPadded) {
        addPatches(parts!, ...spread, target, g.inWidth, g.inChannels);
        continue;
      }
      heap.clear(padded!, paddedBytes);
      addPatches(parts!, ...spread, padded!, g.paddedWidth, g.inChannels);
      const place = [g.inHeight, g.inWidth, -g.top, -g.left];
      padImage(padded!, g.paddedHeight, g.paddedWidth, g.inChannels, target, ...place);
    }
  });
  return dx;
};
