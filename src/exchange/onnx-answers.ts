import { InvalidModelError } from "../core/errors.js";
import type { AnyEstimator } from "../core/estimator.js";
import type { OnnxGraph } from "./onnx-graph.js";
import type { Table } from "./onnx-tables.js";

/** A tensor double[N, cols]. */
export interface Doubles {
  readonly name: string;
  readonly cols: number;
}

/** The tensors that answer for an estimator: probabilities and numbers are in f64, so that composites lose nothing. */
export type Answer =
  | {
      readonly kind: "classes";
      /** int64[N], positions of the labels among the classes. */
      readonly codes: string;
      /** double[N, classes], or null. */
      readonly probabilities: string | null;
      /** Adds decision values to the graph; absent where there are none. */
      readonly decisions?: () => Doubles;
    }
  /** double[N, 1] */
  | { readonly kind: "numbers"; readonly values: string }
  | { readonly kind: "table"; readonly table: Table };

export type Classes = Extract<Answer, { kind: "classes" }>;

/** Adds to a graph what a fitted estimator does to a table. */
export type Write = (estimator: AnyEstimator, X: Table, graph: OnnxGraph) => Answer;

/** The same for one class of estimators; `write` is for its members. */
export type Writer<E extends AnyEstimator> = (estimator: E, X: Table, graph: OnnxGraph, write: Write) => Answer;

/** "SVC cannot be written to ONNX: its kernel is a function" */
export const unsupported = (estimator: AnyEstimator, why: string): InvalidModelError =>
  new InvalidModelError(`${estimator.definition.name} cannot be written to ONNX: ${why}`);

/** For each row the class of the largest score, the first among equals. */
export function largest(scores: string, graph: OnnxGraph): string {
  return graph.node("ArgMax", [scores], { axis: 1, keepdims: 0 });
}

/** Of two classes the second where the score, double[N, 1], is above 0. */
export function secondIfPositive(score: string, graph: OnnxGraph): string {
  const codes = graph.cast(graph.node("Greater", [score, graph.double(0)]), "int64");
  return graph.node("Squeeze", [codes, graph.integers(1)]);
}

/** The probabilities of both classes, of those of the second. */
export function bothClasses(second: string, graph: OnnxGraph): string {
  return graph.node("Concat", [graph.node("Sub", [graph.double(1), second]), second], { axis: 1 });
}

/** A row of f64 for each row of a tensor. */
export function repeated(row: Float64Array, like: string, graph: OnnxGraph): string {
  const rows = graph.node("Shape", [like], { start: 0, end: 1 });
  const shape = graph.node("Concat", [rows, graph.integers(row.length)], { axis: 0 });
  return graph.node("Expand", [graph.constant(row), shape]);
}
