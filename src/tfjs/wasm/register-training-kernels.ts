import { checkNamespace, type DType, type Tf } from "../namespace.js";
import { isTransposed, transposedMatMul } from "./batch-mat-mul.js";
import { conv2dBackpropFilter, conv2dBackpropInput } from "./conv2d.js";
import { depthwiseBackpropFilter, depthwiseBackpropInput } from "./depthwise.js";
import { type Info, type Kernel, type KernelArguments, unpackFunctions, type WasmBackend } from "./heap.js";
import { maxPoolGrad } from "./max-pool-grad.js";
import { isVector, sliceVector } from "./slice.js";
import { leadingAxes, sumRows } from "./sum-rows.js";
import { unsortedSegmentSum } from "./unsorted-segment-sum.js";

/** What the wasm backend of tfjs 4.22 has no kernel for. */
const MISSING: Readonly<Record<string, Kernel<never>>> = {
  Conv2DBackpropFilter: conv2dBackpropFilter,
  DepthwiseConv2dNativeBackpropFilter: depthwiseBackpropFilter,
  DepthwiseConv2dNativeBackpropInput: depthwiseBackpropInput,
  UnsortedSegmentSum: unsortedSegmentSum,
};

/** What it has, but copying without need or working value by value; null where its own kernel has to do it. */
const FASTER: Readonly<Record<string, (tf: Tf, args: KernelArguments<never>) => Info | null>> = {
  BatchMatMul: (tf, args) => (isTransposed(args.inputs, args.attrs) ? transposedMatMul(tf, args) : null),
  Cast: (_, args) => (args.inputs.x!.dtype === (args.attrs as { dtype: DType }).dtype ? sameData(args) : null),
  Conv2DBackpropInput: (tf, args) => (isChannelsFirst(args.attrs) ? null : conv2dBackpropInput(tf, args)),
  Identity: (_, args) => sameData(args),
  MaxPoolGrad: (tf, args) => maxPoolGrad(tf, args),
  Slice: (tf, args) => (isVector(args.inputs.x!) ? sliceVector(tf, args) : null),
  Sum: (tf, args) => (leadingAxes(args.inputs.x!, args.attrs) > 0 ? sumRows(tf, args) : null),
};

const isChannelsFirst = ({ dataFormat }: { readonly dataFormat: string }) => dataFormat === "NCHW";

/** Tensors are never written to, so that a copy can share its values, as on tfjs's other backends. */
function sameData({ inputs, backend }: KernelArguments<never>): Info {
  const { dataId, shape, dtype } = inputs.x!;
  (backend as WasmBackend).incRef(dataId);
  return { dataId, shape, dtype };
}

/** Those of ours that are registered in place of others: the engine of tfjs is one, however many namespaces it has. */
const ours = new WeakSet<KernelFunction>();

/**
 * Gives tfjs's wasm backend the kernels that it lacks for training, so that conv2d, depthwiseConv2d and embedding layers train on
 * it, by `tfjsBackend` and by tfjs's own `model.fit` alike: Conv2DBackpropFilter, DepthwiseConv2dNativeBackpropFilter,
 * DepthwiseConv2dNativeBackpropInput and UnsortedSegmentSum. Kernels that it has, but that work value by value, are replaced:
 * Conv2DBackpropInput, and BatchMatMul of a transposed matrix.
 *
 * They stay registered, for whatever wasm backend tf makes. A kernel of these names that somebody else registered is left as it is. A
 * second call does nothing.
 *
 * @throws InvalidParameterError if tf is not the namespace of tfjs
 */
export async function registerTrainingKernels(tf: Tf): Promise<void> {
  checkNamespace(tf);
  await unpackFunctions();
  for (const [kernelName, kernel] of Object.entries(MISSING)) {
    if (tf.getKernel(kernelName, "wasm") != null) continue;
    tf.registerKernel({ kernelName, backendName: "wasm", kernelFunc: bound(tf, kernel) });
  }
  for (const [kernelName, kernel] of Object.entries(FASTER)) replace(tf, kernelName, (args) => kernel(tf, args));
}

type KernelFunction = Parameters<Tf["registerKernel"]>[0]["kernelFunc"];

const bound = (tf: Tf, kernel: Kernel<never>): KernelFunction =>
  ((args: KernelArguments<never>) => kernel(tf, args)) as unknown as KernelFunction;

/** Puts a kernel before one that is there; where it answers null, the old one does the work. */
function replace(tf: Tf, kernelName: string, kernel: (args: KernelArguments<never>) => Info | null): void {
  const old = tf.getKernel(kernelName, "wasm");
  if (old == null || ours.has(old.kernelFunc)) return;
  tf.unregisterKernel(kernelName, "wasm"); // Or registering would warn in the console.
  const kernelFunc = ((args: never) => kernel(args) ?? old.kernelFunc(args)) as unknown as KernelFunction;
  ours.add(kernelFunc);
  tf.registerKernel({ ...old, kernelFunc });
}
