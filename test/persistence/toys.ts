import { createHash } from "node:crypto";
import { Classifier } from "../../src/core/classifier.js";
import { InvalidModelError } from "../../src/core/errors.js";
import type { Fitted, FittedWith, Method, TrainingData } from "../../src/core/estimator.js";
import type { Label } from "../../src/core/labels.js";
import { Matrix } from "../../src/core/matrix.js";
import { rule, seed } from "../../src/core/params.js";
import type { StateValue } from "../../src/core/state.js";
import type { LabelTarget } from "../../src/core/target.js";
import { Transformer } from "../../src/core/transformer.js";

const anything = <T>(byDefault: T) =>
  rule<T>({
    default: byDefault,
    expected: "anything",
    allows: () => true,
    samples: [byDefault],
    wrong: [],
  });

/** Its state is what its parameter says, so that any state can be had. */
export class Keeper extends Transformer<{ keep: unknown; randomState: number | null }, { kept: StateValue }> {
  constructor(params: { keep?: unknown; randomState?: number | null } = {}) {
    super({ name: "Keeper", schema: { keep: anything<unknown>(null), randomState: seed() } }, params);
  }

  override learn(_data: TrainingData, params: Readonly<{ keep: unknown }>) {
    return { kept: params.keep as StateValue };
  }

  override infer(_fitted: Fitted<object>, X: Matrix) {
    return X;
  }
}

/** A fitted Keeper of that state, its parameter left out. */
export async function keeperOf(state: unknown): Promise<Keeper> {
  const keeper = new Keeper({ keep: state, randomState: 7 });
  return keeper.fit([[1, 2]]);
}

interface Means {
  readonly means: Float64Array;
}

/** Predicts the class of the nearest mean. */
export class NearestMean extends Classifier<{ power: number }, Means> {
  constructor(params: { power?: number } = {}) {
    const power = rule<number>({
      default: 2,
      expected: "a finite number > 0",
      allows: (value) => Number.isFinite(value) && (value as number) > 0,
      samples: [2],
      wrong: [0],
    });
    super({ name: "NearestMean", schema: { power } }, params);
  }

  override get methods(): readonly Method[] {
    return ["predict", "decisionFunction"];
  }

  override get predictsBy(): Method {
    return "decisionFunction";
  }

  override learn({ X, y }: TrainingData): Means {
    const { classes, codes } = y as LabelTarget;
    const means = new Float64Array(classes.length * X.cols);
    const counts = new Float64Array(classes.length);
    for (const code of codes) counts[code]! += 1;
    for (let i = 0; i < X.rows; i++) {
      const code = codes[i]!;
      for (let j = 0; j < X.cols; j++) means[code * X.cols + j]! += X.at(i, j) / counts[code]!;
    }
    return { means };
  }

  override infer({ classes, model, params }: FittedWith<{ power: number }, Means>, X: Matrix) {
    const k = (classes as readonly Label[]).length;
    const scores = Float64Array.from({ length: X.rows * k }, (_, at) => {
      const [row, code] = [Math.floor(at / k), at % k];
      let sum = 0;
      for (let j = 0; j < X.cols; j++) sum -= Math.abs(X.at(row, j) - model.means[code * X.cols + j]!) ** params.power;
      return Math.max(sum, -Number.MAX_VALUE);
    });
    return new Matrix(scores, X.rows, k);
  }

  override validate({ classes, model, nFeatures }: FittedWith<{ power: number }, Means>): void {
    const fits = model.means instanceof Float64Array && model.means.length === classes!.length * nFeatures;
    if (!fits || !model.means.every(Number.isFinite)) {
      throw new InvalidModelError("means of NearestMean must be one finite number for each class and feature");
    }
  }
}

export const trainingRows = [
  [0, 1],
  [1, 0],
  [8, 9],
  [9, 8],
];
export const trainingLabels = ["calm", "calm", "wild", "wild"];

/** Gives changed bytes the checksum that they should have. */
export function reseal(bytes: Uint8Array): Uint8Array {
  const out = bytes.slice();
  const end = out.length - 32;
  out.set(createHash("sha256").update(out.subarray(0, end)).digest(), end);
  return out;
}

export function headerOf(bytes: Uint8Array): string {
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(12, true));
  return new TextDecoder().decode(bytes.subarray(20, 20 + length)).trimEnd();
}

export const DTYPES: Readonly<Record<string, ArrayOf>> = {
  u8: Uint8Array,
  i8: Int8Array,
  u16: Uint16Array,
  i16: Int16Array,
  u32: Uint32Array,
  i32: Int32Array,
  f32: Float32Array,
  f64: Float64Array,
};
type Numbers =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array;
interface ArrayOf {
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): Numbers;
  new (numbers: Numbers): Numbers;
  readonly BYTES_PER_ELEMENT: number;
}

const ARRAY = /\{"array":\["(\w+)",(\d+)(?:,"(\w+)")?\]\}/g;
const padded = (size: number) => size + ((8 - (size % 8)) % 8);

/** Of each typed array that has a number: as what it stands in the file, and where. */
export function arraysOf(bytes: Uint8Array): [dtype: string, at: number, length: number][] {
  let at = 20 + Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(12, true));
  const all = Array.from(headerOf(bytes).matchAll(ARRAY), ([, dtype, digits, stored = dtype]) => {
    const start = at;
    at += padded(Number(digits) * DTYPES[stored!]!.BYTES_PER_ELEMENT);
    return [stored!, start, Number(digits)] as [string, number, number];
  });
  return all.filter(([, , length]) => length > 0);
}

/** The same model with each array stored as what it is, so that any number can be put into it. */
export function widened(bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice();
  const stored = arraysOf(copy);
  const arrays = Array.from(headerOf(bytes).matchAll(ARRAY))
    .filter(([, , digits]) => digits !== "0")
    .map(([, dtype], i) => new DTYPES[dtype!]!(new DTYPES[stored[i]![0]]!(copy.buffer, stored[i]![1], stored[i]![2])));
  const body = new Uint8Array(arrays.reduce((sum, { byteLength }) => sum + padded(byteLength), 32));
  let at = 0;
  for (const { buffer, byteLength } of arrays) {
    body.set(new Uint8Array(buffer), at);
    at += padded(byteLength);
  }
  const headLength = 20 + Number(new DataView(copy.buffer).getBigUint64(12, true));
  const out = new Uint8Array(headLength + body.length);
  out.set(copy.subarray(0, headLength));
  out.set(body, headLength);
  return withHeader(out, (header) => header.replace(ARRAY, '{"array":["$1",$2]}'));
}

/** The same bytes with another header text, sealed. */
export function withHeader(bytes: Uint8Array, change: (header: string) => string): Uint8Array {
  const old = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(12, true));
  const text = new TextEncoder().encode(change(headerOf(bytes)));
  const length = text.length + ((8 - ((20 + text.length) % 8)) % 8);
  const body = bytes.subarray(20 + old);
  const out = new Uint8Array(20 + length + body.length).fill(0x20, 20, 20 + length);
  out.set(bytes.subarray(0, 12));
  new DataView(out.buffer).setBigUint64(12, BigInt(length), true);
  out.set(text, 20);
  out.set(body, 20 + length);
  return reseal(out);
}
