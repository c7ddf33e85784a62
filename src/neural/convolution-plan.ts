import type { Conv2d, Padding } from "./layers.js";
import { type NetworkLayer, windowsOf } from "./network.js";

/**
 * Whether a convolution is done in tiles of 2 x 2 pixels (assembly/neural-winograd.ts): it must be of 3 x 3 with strides of 1, in
 * whole vectors, and of as many channels and filters as make up for the work before and behind the multiplications.
 */
export function paysInTiles({ kernelSize, strides, filters }: Conv2d, channels: number): boolean {
  const is = (pair: readonly number[], size: number) => pair[0] === size && pair[1] === size;
  const inVectors = channels % 4 === 0 && filters % 4 === 0;
  return is(kernelSize, 3) && is(strides, 1) && inVectors && channels >= 12 && filters >= 12;
}

/** One side of an image: zeros before it, and how far windows (or whole tiles of them) reach. */
export function extent(
  size: number,
  outputs: number,
  window: number,
  stride: number,
  padding: Padding,
  isTiled: boolean,
) {
  const { before } = windowsOf(size, window, stride, padding);
  const reached = isTiled ? 2 * Math.ceil(outputs / 2) + 2 : (outputs - 1) * stride + window;
  return { before, padded: Math.max(before + size, reached) };
}

/** The max pooling that a convolution can do itself, as its windows stand side by side; null where there is none. */
export function poolingOf(layer: NetworkLayer, next: NetworkLayer | undefined): NetworkLayer | null {
  if (layer.spec.type !== "conv2d" || next?.spec.type !== "maxPooling2d") return null;
  const { poolSize, strides, padding } = next.spec;
  const standSideBySide = padding === "valid" && poolSize[0] === strides[0] && poolSize[1] === strides[1];
  // The largest value's activation is the largest activation, but for softmax.
  return standSideBySide && layer.spec.activation !== "softmax" ? next : null;
}
