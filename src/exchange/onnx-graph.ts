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

/** What a round of a loop comes to. */
interface Round {
  readonly states: readonly string[];
  /** Whether there is to be another, a bool; absent where that goes without saying. */
  readonly goesOn?: string;
}

/** A graph in the making: nodes and constants are added one after the other, and get names that differ. */
export class OnnxGraph {
  readonly #nodes: Node[] = [];
  readonly #tensors: Tensor[] = [];
  /** Shared with what stands before it and with the bodies of loops, so that all names differ. */
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
    const made = output ?? this.#free(op.slice(op.lastIndexOf(".") + 1));
    this.#add(op, inputs, attributes, [made]);
    return made;
  }

  /** The same of a node that makes several tensors. */
  nodeOf(count: number, op: string, inputs: readonly string[], attributes: Attributes): readonly string[] {
    const made = Array.from({ length: count }, () => this.#free(op));
    this.#add(op, inputs, attributes, made);
    return made;
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

  /**
   * Repeats a step at most so many times, and answers what becomes of the states, which are all in f64.
   * @param step - given the number of the round, int64 from 0, and the states; it adds to `body`, which sees all names around it
   */
  loop(
    times: number,
    states: readonly string[],
    step: (body: OnnxGraph, round: string, states: readonly string[]) => Round,
  ): readonly string[] {
    const body = new OnnxGraph(this);
    const [round, goesOn] = [body.#port("round", "int64", []), body.#port("goes_on", "bool", [])];
    const before = states.map(() => body.#port("before", "double", null));
    const { states: after, goesOn: condition } = step(
      body,
      round.name,
      before.map(({ name }) => name),
    );
    const outputs: Port[] = [{ ...goesOn, name: condition ?? body.node("Identity", [goesOn.name]) }];
    outputs.push(...after.map((name): Port => ({ name, type: "double", shape: null })));
    const ends = states.map(() => this.#free("after"));
    const graph = body.close(this.#free("body"), [round, goesOn, ...before], outputs);
    this.#add("Loop", [this.constant(BigInt64Array.of(BigInt(times)), []), "", ...states], { body: graph }, ends);
    return ends;
  }

  /** Adds all that was made in a graph whose `around` this is, behind what is here. */
  append(other: OnnxGraph): void {
    for (const node of other.#nodes) this.#nodes.push(node);
    for (const tensor of other.#tensors) this.#tensors.push(tensor);
  }

  /** What has been made so far. */
  close(name: string, inputs: readonly Port[], outputs: readonly Port[]): Graph {
    return { name, nodes: this.#nodes, tensors: this.#tensors, inputs, outputs };
  }

  #add(op: string, inputs: readonly string[], attributes: Attributes, outputs: readonly string[]): void {
    const cut = op.lastIndexOf(".");
    const [domain, type] = [op.slice(0, Math.max(0, cut)), op.slice(cut + 1)];
    this.#nodes.push({ op: type, domain, name: outputs[0]!, inputs, outputs, attributes });
  }

  #port(kind: string, type: DataType, shape: Port["shape"]): Port {
    return { name: this.#free(kind), type, shape };
  }

  #free(kind: string): string {
    return `${kind}_${this.#names.count++}`;
  }
}
