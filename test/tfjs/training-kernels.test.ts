import * as tf from "@tensorflow/tfjs";
import "@tensorflow/tfjs-backend-wasm";
import { beforeAll, describe, expect, it } from "vitest";
import { tfjs } from "../../src/kernels/generated/tfjs.js";
import { bytesOf } from "../../src/kernels/kernel.js";
import { registerTrainingKernels } from "../../src/tfjs/wasm/register-training-kernels.js";
import { stream } from "../neural/suite/problem.js";

type Dtype = "float32" | "int32";
type Given = readonly [shape: readonly number[], dtype?: Dtype, most?: number];

/** Values that differ, with ties and negative ones among them. */
function valuesOf(size: number, seed: number, most: number): number[] {
  const next = stream(seed);
  return Array.from({ length: size }, () => Math.round((next() * 2 - 1) * most));
}

/** What a kernel answers on a backend, and how many tensors more there are afterwards. */
async function answerOf(backend: string, kernel: string, inputs: Record<string, Given>, attrs: object) {
  await tf.setBackend(backend);
  const before = tf.memory().numTensors;
  const result = tf.tidy(() => {
    const tensors = Object.entries(inputs).map(([name, [shape, dtype = "float32", most = 8]], i) => {
      const values = valuesOf(
        shape.reduce((a, b) => a * b, 1),
        i + 1,
        most,
      );
      return [name, tf.tensor(values, [...shape], dtype)] as const;
    });
    const named = Object.fromEntries(tensors);
    if (kernel === "MaxPoolGrad") {
      const { filterSize, strides, pad } = attrs as {
        filterSize: [number, number];
        strides: [number, number];
        pad: "same";
      };
      named.output = tf.maxPool(named.input as never, filterSize, strides, pad);
    }
    const out = tf.engine().runKernel(kernel, named, attrs as never) as tf.Tensor;
    return { shape: out.shape, dtype: out.dtype, values: Array.from(out.dataSync()) };
  });
  return { ...result, leaked: tf.memory().numTensors - before };
}

async function expectAsOnCpu(kernel: string, inputs: Record<string, Given>, attrs: object): Promise<void> {
  const expected = await answerOf("cpu", kernel, inputs, attrs);
  const actual = await answerOf("wasm", kernel, inputs, attrs);
  // All are sums of products of small integers, which f32 holds exactly.
  expect(actual).toEqual({ ...expected, values: expected.values.map((value) => value + 0) });
}

beforeAll(async () => {
  await tf.setBackend("wasm");
  await registerTrainingKernels(tf);
});

/** Images, filters, strides and paddings; sizes that fill no tile and no panel exactly are among them. */
const CONVOLUTIONS = [
  { image: [1, 4, 4, 1], filter: [2, 2, 1, 1], strides: 1, pad: "valid" },
  { image: [3, 7, 9, 5], filter: [3, 2, 5, 17], strides: 1, pad: "valid" },
  { image: [2, 7, 9, 3], filter: [3, 4, 3, 16], strides: 1, pad: "same" },
  { image: [2, 8, 7, 4], filter: [3, 3, 4, 6], strides: 2, pad: "same" },
  { image: [2, 9, 11, 2], filter: [2, 3, 2, 21], strides: [3, 2], pad: "valid" },
  { image: [2, 5, 5, 3], filter: [1, 1, 3, 4], strides: 3, pad: "same" },
  { image: [1, 3, 4, 2], filter: [5, 5, 2, 3], strides: 1, pad: "same" },
  { image: [2, 6, 6, 2], filter: [3, 3, 2, 3], strides: 1, pad: 1 },
  { image: [1, 6, 5, 1], filter: [3, 3, 1, 2], strides: 2, pad: 2 },
] as const;

describe.each(CONVOLUTIONS)("Of images $image, filters $filter, strides $strides, padding $pad", (problem) => {
  const image = [...problem.image] as [number, number, number, number];
  const filter = [...problem.filter] as [number, number, number, number];
  const strides = ([problem.strides, problem.strides].flat().slice(0, 2) as [number, number]).slice() as [
    number,
    number,
  ];
  const attrs = { strides, pad: problem.pad, dataFormat: "NHWC", dimRoundingMode: "floor" };
  const { outShape } = tf.backend_util.computeConv2DInfo(image, filter, strides, 1, problem.pad, "floor");

  it("Conv2DBackpropFilter answers what it does on cpu.", () =>
    expectAsOnCpu("Conv2DBackpropFilter", { x: [image], dy: [outShape] }, { ...attrs, filterShape: filter }));

  it("Conv2DBackpropInput answers what it does on cpu.", () =>
    expectAsOnCpu("Conv2DBackpropInput", { dy: [outShape], filter: [filter] }, { ...attrs, inputShape: image }));

  it.each([1, 2, 3])("the depthwise gradients of multiplier %i are what they are on cpu.", async (multiplier) => {
    const depthwise = [filter[0], filter[1], image[3], multiplier];
    const dy: Given = [[...outShape.slice(0, 3), image[3] * multiplier]];
    const settings = { strides, dilations: [1, 1], pad: problem.pad, dimRoundingMode: "floor" };
    await expectAsOnCpu(
      "DepthwiseConv2dNativeBackpropFilter",
      { x: [image], dy },
      { ...settings, filterShape: depthwise },
    );
    await expectAsOnCpu(
      "DepthwiseConv2dNativeBackpropInput",
      { dy, filter: [depthwise] },
      { ...settings, inputShape: image },
    );
  });

  it("MaxPoolGrad answers what it does on cpu, ties included.", async () => {
    const filterSize = filter.slice(0, 2) as [number, number];
    const { outShape: pooled } = tf.backend_util.computePool2DInfo(image, filterSize, strides, 1, problem.pad, "floor");
    const settings = { filterSize, strides, pad: problem.pad, dimRoundingMode: "floor" };
    await expectAsOnCpu("MaxPoolGrad", { dy: [pooled], input: [image, "float32", 2] }, settings);
  });
});

describe("UnsortedSegmentSum", () => {
  it.each(["float32", "int32"] as const)("answers what it does on cpu for %s, strangers left out.", async (dtype) => {
    for (const shape of [[7], [7, 3], [7, 2, 5]]) {
      const inputs: Record<string, Given> = { x: [shape, dtype], segmentIds: [[7], "int32", 4] };
      const expected = await answerOf("cpu", "UnsortedSegmentSum", inputs, { numSegments: 4 });
      const actual = await answerOf("wasm", "UnsortedSegmentSum", inputs, { numSegments: 4 });
      // The cpu backend gives floats for integers; others, and TensorFlow, integers.
      expect(actual).toEqual({ ...expected, dtype, values: expected.values.map((value) => value + 0) });
    }
  });
});

describe("What replaces kernels that tfjs has", () => {
  it.each([
    ["a' b", [5, 3], [5, 18], true, false],
    ["a b'", [5, 3], [18, 3], false, true],
    ["a b", [5, 3], [3, 18], false, false],
    ["a' b'", [5, 3], [18, 5], true, true],
    ["a' b of a batch", [2, 5, 3], [2, 5, 4], true, false],
    ["a b' of a batch", [2, 5, 3], [2, 33, 3], false, true],
    ["a b' of one b", [3, 5, 3], [1, 4, 3], false, true],
  ] as const)("multiplies matrices: %s.", (_, a, b, transposeA, transposeB) =>
    expectAsOnCpu("BatchMatMul", { a: [a], b: [b] }, { transposeA, transposeB }),
  );

  it.each([
    ["all leading axes", [3, 4, 5], [0, 1]],
    ["them in another order", [3, 4, 5], [1, 0]],
    ["one of them", [3, 4, 5], [0]],
    ["the last axis", [3, 4, 5], [2]],
    ["an inner axis", [3, 4, 5], [1]],
    ["all axes", [3, 4, 5], [0, 1, 2]],
  ] as const)("sums %s.", async (_, shape, axis) => {
    for (const keepDims of [false, true]) {
      for (const dtype of ["float32", "int32"] as const) {
        await tf.setBackend("cpu");
        const x = valuesOf(60, 1, 8);
        const sum = () => tf.tidy(() => tf.sum(tf.tensor(x, [...shape], dtype), [...axis], keepDims).arraySync());
        const expected = sum();
        await tf.setBackend("wasm");
        expect(sum()).toEqual(expected);
      }
    }
  });

  it("slices vectors, to the end where no size is given.", async () => {
    await tf.setBackend("wasm");
    const slices = () =>
      tf.tidy(() => {
        const x = tf.tensor1d([1, 2, 3, 4, 5]);
        return [tf.slice(x, 1, 2), tf.slice(x, [3]), tf.slice(x, [0], [-1])].map((part) => part.arraySync());
      });
    expect(slices()).toEqual([
      [2, 3],
      [4, 5],
      [1, 2, 3, 4, 5],
    ]);
  });

  it("lets copies share their values, and frees them with the last one.", async () => {
    await tf.setBackend("wasm");
    const before = tf.memory();
    const x = tf.tensor1d([1, 2, 3]);
    const copy = tf.clone(x);
    const cast = tf.cast(x, "float32");
    const whole = tf.cast(x, "int32");
    x.dispose();
    expect([copy, cast, whole].map((tensor) => Array.from(tensor.dataSync()))).toEqual([
      [1, 2, 3],
      [1, 2, 3],
      [1, 2, 3],
    ]);
    tf.dispose([copy, cast, whole]);
    expect([tf.memory().numTensors, tf.memory().numDataBuffers]).toEqual([before.numTensors, before.numDataBuffers]);
  });
});

describe("registerTrainingKernels", () => {
  it("may be called again.", async () => {
    const kernels = () => tf.getKernelsForBackend("wasm").map(({ kernelFunc }) => kernelFunc);
    const before = kernels();
    await registerTrainingKernels(tf);
    expect(kernels()).toEqual(before);
  });

  it("leaves a kernel alone that somebody else registered.", async () => {
    const registered: string[] = [];
    const another = {
      ...tf,
      getKernel: (kernelName: string) => (kernelName === "UnsortedSegmentSum" ? { kernelName } : undefined),
      registerKernel: ({ kernelName }: { kernelName: string }) => void registered.push(kernelName),
    };
    await registerTrainingKernels(another as never);
    expect(registered).toEqual([
      "Conv2DBackpropFilter",
      "DepthwiseConv2dNativeBackpropFilter",
      "DepthwiseConv2dNativeBackpropInput",
    ]);
  });

  it("refuses what is no namespace of tfjs.", async () => {
    await expect(registerTrainingKernels({} as never)).rejects.toThrow(/tf must be the namespace of @tensorflow\/tfjs/);
  });

  it("binds a module without data of its own, which would overwrite tfjs's.", async () => {
    const bytes = await bytesOf(tfjs, false);
    const sections: number[] = [];
    for (let at = 8; at < bytes.length; ) {
      sections.push(bytes[at++]!);
      let [size, shift, byte] = [0, 0, 0];
      do {
        byte = bytes[at++]!;
        size |= (byte & 127) << shift;
        shift += 7;
      } while (byte > 127);
      at += size;
    }
    const [code, data] = [10, 11];
    expect(sections).toContain(code);
    expect(sections).not.toContain(data);
  });
});
