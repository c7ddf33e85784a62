import { bytes, type Field, integer, integers, message, real, reals, text, texts } from "./protobuf.js";

// The messages of ONNX that models of ours are made of, by the numbers of their fields.
// See https://github.com/onnx/onnx/blob/v1.16.0/onnx/onnx.proto

/** Element types of tensors: TensorProto.DataType. */
export const DATA_TYPES = { float: 1, uint8: 2, int64: 7, string: 8, bool: 9, double: 11 } as const;
export type DataType = keyof typeof DATA_TYPES;

/** The values of a tensor; their container tells the type. */
export type Values = Float32Array | Float64Array | Uint8Array | BigInt64Array | readonly string[];

/** A number is an INT, an Int32Array are INTS, a Float32Array FLOATS. */
export type Attribute =
  | number
  | string
  | { readonly float: number }
  | Int32Array
  | Float32Array
  | readonly string[]
  | Graph;
export type Attributes = Readonly<Record<string, Attribute>>;

export interface Node {
  readonly op: string;
  /** "" for ONNX's own operators. */
  readonly domain: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Attributes;
}

export interface Tensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Values;
}

/** A tensor that goes in or comes out. */
export interface Port {
  readonly name: string;
  readonly type: DataType;
  /** Sizes, or names of sizes that each call has its own of; null for what a runtime finds out. */
  readonly shape: readonly (number | string)[] | null;
}

/** A graph: of a model, or of the body of a loop. */
export interface Graph {
  readonly name: string;
  readonly nodes: readonly Node[];
  readonly tensors: readonly Tensor[];
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
}

export interface Model {
  readonly graph: Graph;
  readonly producer: string;
  readonly producerVersion: string;
  readonly documentation: string;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Of the year 2021; everything reads it that runs ONNX models today. */
const IR_VERSION = 8;
const OPSETS = { "": 15, "ai.onnx.ml": 3 };

/** ModelProto. */
export const modelFields = ({ graph, producer, producerVersion, documentation, metadata }: Model): readonly Field[] => [
  integer(1, IR_VERSION),
  text(2, producer),
  text(3, producerVersion),
  text(6, documentation),
  message(7, graphFields(graph)),
  ...Object.entries(OPSETS).map(([domain, version]) => message(8, [text(1, domain), integer(2, version)])),
  ...Object.entries(metadata).map(([key, value]) => message(14, [text(1, key), text(2, value)])),
];

const graphFields = ({ name, nodes, tensors, inputs, outputs }: Graph): readonly Field[] => [
  ...nodes.map((node) => message(1, nodeFields(node))),
  text(2, name),
  ...tensors.map((tensor) => message(5, tensorFields(tensor))),
  ...inputs.map((port) => message(11, portFields(port))),
  ...outputs.map((port) => message(12, portFields(port))),
];

const nodeFields = ({ op, domain, name, inputs, outputs, attributes }: Node): readonly Field[] => [
  texts(1, inputs),
  texts(2, outputs),
  text(3, name),
  text(4, op),
  ...Object.entries(attributes).map(([key, value]) => message(5, [text(1, key), ...attributeFields(value)])),
  text(7, domain),
];

/** AttributeProto: the value, and of which type it is. */
function attributeFields(value: Attribute): readonly Field[] {
  if (typeof value === "number") return [integer(3, value), integer(20, 2)];
  if (typeof value === "string") return [text(4, value), integer(20, 3)];
  if (value instanceof Float32Array) return [reals(7, value), integer(20, 6)];
  if (value instanceof Int32Array) return [integers(8, value), integer(20, 7)];
  if ("float" in value) return [real(2, value.float), integer(20, 1)];
  if ("nodes" in value) return [message(6, graphFields(value)), integer(20, 5)];
  return [texts(9, value), integer(20, 8)];
}

/** TensorProto: texts in a list, numbers as they lie in memory, which is little-endian wherever JavaScript runs. */
function tensorFields({ name, shape, values }: Tensor): readonly Field[] {
  const own = [integers(1, shape), integer(2, DATA_TYPES[typeOf(values)]), text(8, name)];
  if (!ArrayBuffer.isView(values)) return [...own, texts(6, values)];
  return [...own, bytes(9, new Uint8Array(values.buffer, values.byteOffset, values.byteLength))];
}

function typeOf(values: Values): DataType {
  if (values instanceof Float32Array) return "float";
  if (values instanceof Float64Array) return "double";
  if (values instanceof Uint8Array) return "uint8";
  return values instanceof BigInt64Array ? "int64" : "string";
}

/** ValueInfoProto with a tensor's type. */
function portFields({ name, type, shape }: Port): readonly Field[] {
  const sizes = shape?.map((size) => message(1, [typeof size === "number" ? integer(1, size) : text(2, size)]));
  const ofShape = sizes === undefined ? [] : [message(2, sizes)];
  return [text(1, name), message(2, [message(1, [integer(1, DATA_TYPES[type]), ...ofShape])])];
}
