import {
  type Attributes,
  DATA_TYPES,
  type DataType,
  type Graph,
  type Node,
  type Port,
  type Tensor,
  type Values,
} from "./onnx-messages.js";

/** A graph in the making: nodes and constants are added one after the other, and get names that differ. */
export class OnnxGraph {
  readonly #nodes: Node[] = [];
  readonly #tensors: Tensor[] = [];
  /** Shared with the bodies of loops, which see the names around them. */
  readonly #names: { count: number };

  constructor(around?: OnnxGraph) {
    this.#names = around === undefined ? { count: 0 } : around.#names;
  }

  /**
   * Adds a node and answers the name of what it makes.
   * @param op - "Sub", or with its domain: "ai.onnx.ml.TreeEnsembleRegressor"
   * @param output - the name of what it makes; default: one that is free
   */
  node(op: string, inputs: readonly string[], attributes: Attributes = {}, output?: string): string {
    const cut = op.lastIndexOf(".");
    const type = op.slice(cut + 1);
    const name = this.#free(type);
    this.#nodes.push({
      op: type,
      domain: op.slice(0, Math.max(0, cut)),
      name,
      inputs,
      outputs: [output ?? name],
      attributes,
    });
    return output ?? name;
  }

  constant(values: Values, shape: readonly number[] = [values.length]): string {
    const name = this.#free("constant");
    this.#tensors.push({ name, shape, values });
    return name;
  }

  /** A number in f64 that goes with tensors of any shape. */
  double(value: number): string {
    return this.constant(Float64Array.of(value), []);
  }

  /** A list of int64, as operators take axes and shapes. */
  integers(...values: readonly number[]): string {
    return this.constant(BigInt64Array.from(values, BigInt));
  }

  cast(tensor: string, to: DataType, output?: string): string {
    return this.node("Cast", [tensor], { to: DATA_TYPES[to] }, output);
  }

  /** A name for an input that nothing else has. */
  port(name: string, type: DataType, shape: Port["shape"]): Port {
    return { name: this.#free(name), type, shape };
  }

  /** What has been made so far. */
  close(name: string, inputs: readonly Port[], outputs: readonly Port[]): Graph {
    return { name, nodes: this.#nodes, tensors: this.#tensors, inputs, outputs };
  }

  #free(kind: string): string {
    return `${kind}_${this.#names.count++}`;
  }
}
