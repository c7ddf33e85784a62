import { InvalidModelError } from "../core/errors.js";
import { type AnyEstimator, Estimator, type Fitted } from "../core/estimator.js";
import { type Label, sameLabels, uniqueLabels } from "../core/labels.js";
import { Matrix, type MatrixData, type MatrixOptions } from "../core/matrix.js";
import type { StateArray } from "../core/state.js";
import { describe } from "../core/to-matrix.js";
import { storedArray } from "./dtypes.js";
import { type Json, type JsonRecord, ODD_NUMBERS, padding, type Tag } from "./format.js";
import { type EstimatorClass, SPLITTERS } from "./registry.js";

/**
 * Builds values from a header and the bytes of its arrays, trusting neither: an array is made only after the bytes for
 * it are known to be there, and an estimator is given away only after its parameters and its state have been checked.
 */
export class Decoder {
  readonly #readers: ReadonlyMap<string, (content: Json) => unknown> = new Map(
    Object.entries({
      number: (content) => known(ODD_NUMBERS, content, "number"),
      array: (content) => this.#array(content),
      record: (content) => this.#record(content),
      matrix: (content) => this.#matrix(content),
      splitter: (content) => this.#splitter(content),
      supplied: (content) => known(this.#supplied, content, "supplied value"),
      estimator: (content) => this.#estimator(content),
    } satisfies Record<Tag, (content: Json) => unknown>),
  );
  readonly #body: Uint8Array;
  readonly #classes: ReadonlyMap<string, EstimatorClass>;
  readonly #supplied: ReadonlyMap<string, object>;
  /** The states that have been read. */
  readonly #states: Record<string, unknown>[] = [];
  /** Bytes of the body that have been read. */
  #at = 0;

  /**
   * @param body as long as the arrays of the header together
   * @param classes every class that the header names
   * @param supplied every function and object that it names
   */
  constructor(body: Uint8Array, classes: ReadonlyMap<string, EstimatorClass>, supplied: ReadonlyMap<string, object>) {
    this.#body = body.byteOffset % 8 === 0 ? body : body.slice(); // Typed arrays lie at multiples of their width.
    this.#classes = classes;
    this.#supplied = supplied;
  }

  /** The estimator at the root of a header. @throws InvalidModelError */
  root(header: Json): AnyEstimator {
    const { root } = fields(header, ["root", "writer"], "header");
    const value = this.#value(root!);
    if (!(value instanceof Estimator)) throw new InvalidModelError("the model's root is no estimator");
    return value as unknown as AnyEstimator;
  }

  #value(json: Json): unknown {
    if (typeof json !== "object" || json === null) return json;
    if (isList(json)) return json.map((item) => this.#value(item));
    const [tag, ...more] = Object.keys(json);
    const read = tag === undefined || more.length > 0 ? undefined : this.#readers.get(tag);
    if (read === undefined)
      throw new InvalidModelError(`the model holds a value of unknown kind: ${quote(Object.keys(json))}`);
    return read(json[tag!]!);
  }

  #array(content: Json): StateArray {
    const { Class, Stored, length, bytes } = storedArray(content, this.#body.length - this.#at);
    const stored = new Stored(this.#body.buffer as ArrayBuffer, this.#body.byteOffset + this.#at, length);
    const end = this.#at + bytes;
    this.#at = end + padding(end);
    if (this.#body.subarray(end, this.#at).some((byte) => byte !== 0)) {
      throw new InvalidModelError("the model hides bytes between its arrays");
    }
    return new Class(stored);
  }

  #record(content: Json): Record<string, unknown> {
    if (!isRecord(content)) throw new InvalidModelError(`a record of the model is ${describe(content)}`);
    return Object.fromEntries(
      Object.entries(content).map(([key, json]) => {
        if (key === "__proto__") throw new InvalidModelError("a record of the model has the key __proto__");
        return [key, this.#value(json)];
      }),
    );
  }

  #matrix(content: Json): Matrix {
    const of = this.#record(fields(content, ["cols", "data", "labels", "rows", "scale"], "matrix"));
    const { data } = of;
    if (!(data instanceof Uint8Array || data instanceof Float32Array || data instanceof Float64Array)) {
      throw new InvalidModelError(`a matrix of the model has ${describe(data)} for data`);
    }
    if (!(of.scale === null || typeof of.scale === "number") || !(of.labels === null || Array.isArray(of.labels))) {
      throw new InvalidModelError("a matrix of the model has no proper scale or labels");
    }
    return new Matrix(data satisfies MatrixData, of.rows as number, of.cols as number, of as MatrixOptions);
  }

  #splitter(content: Json): unknown {
    const { options, type } = fields(content, ["options", "type"], "splitter");
    const Class = known(SPLITTERS, type!, "splitter");
    return new Class(this.#record(options!) as never);
  }

  #state(fitted: Json): Record<string, unknown> {
    if (typeof fitted === "number") {
      const known = this.#states[fitted];
      if (known !== undefined) return known;
      throw new InvalidModelError(`the model refers to state ${fitted}, which does not come before`);
    }
    const state = this.#record(fields(fitted, ["classes", "model", "nFeatures", "seed"], "state"));
    this.#states.push(state);
    return state;
  }

  #estimator(content: Json): AnyEstimator {
    const { fitted, params, type } = fields(content, ["fitted", "params", "type"], "estimator");
    const Class = known(this.#classes, type!, "type");
    // The state's arrays come before those of the parameters, as in the header.
    const state = fitted === null ? null : this.#state(fitted!);
    const estimator = new Class(this.#record(params!) as never);
    estimator.checkParams();
    if (state !== null) restore(estimator, state);
    return estimator;
  }
}

/** Gives an estimator the state from a file once it has been checked. */
function restore(estimator: AnyEstimator, { classes, model, nFeatures, seed }: Record<string, unknown>): void {
  const { name, schema } = estimator.definition;
  const refuse = (what: string, value: unknown) =>
    new InvalidModelError(`${what} of ${name} in the model cannot be ${describe(value)}`);
  if (!Number.isSafeInteger(nFeatures) || (nFeatures as number) < 1) throw refuse("nFeatures", nFeatures);
  if (typeof model !== "object" || model === null) throw refuse("the state", model);
  const isSeeded = Object.values(schema as Readonly<Record<string, { isSeed?: boolean }>>).some((rule) => rule.isSeed);
  const isSeed = Number.isSafeInteger(seed) && (seed as number) >= 0 && (seed as number) < 2 ** 32;
  if (isSeeded ? !isSeed : seed !== null) throw refuse("the seed", seed);
  if (estimator.target === "labels" ? !areClasses(classes) : classes !== null) throw refuse("classes", classes);
  const state = { classes, model, nFeatures, seed } as Fitted<object>;
  estimator.validate({ ...state, params: estimator.params });
  Estimator.restore(estimator, state);
}

/** Sorted, distinct, of one kind. */
function areClasses(classes: unknown): classes is readonly Label[] {
  if (!Array.isArray(classes) || classes.length === 0) return false;
  const sorted = uniqueLabels(classes);
  return sameLabels(sorted, classes);
}

/** The fields of an object that must have exactly these. */
function fields(json: Json, keys: readonly string[], what: string): JsonRecord {
  if (!isRecord(json) || Object.keys(json).join() !== keys.join()) {
    throw new InvalidModelError(
      `the ${what} of the model must have ${keys.join(", ")}; got ${isRecord(json) ? quote(Object.keys(json)) : describe(json)}`,
    );
  }
  return json;
}

function known<T>(table: ReadonlyMap<string, T>, name: Json, what: string): T {
  const value = typeof name === "string" ? table.get(name) : undefined;
  if (value === undefined)
    throw new InvalidModelError(`the model names the ${what} ${quote(name)}, which does not exist`);
  return value;
}

function isList(json: Json): json is readonly Json[] {
  return Array.isArray(json);
}

function isRecord(json: Json): json is JsonRecord {
  return typeof json === "object" && json !== null && !Array.isArray(json);
}

function quote(json: Json | undefined): string {
  return (JSON.stringify(json) ?? "undefined").slice(0, 80);
}
