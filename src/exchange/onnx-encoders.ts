import type { AnyEstimator } from "../core/estimator.js";
import type { Label } from "../core/labels.js";
import type { Categories } from "../preprocessing/categories.js";
import type { OneHotEncoder } from "../preprocessing/one-hot-encoder.js";
import type { OrdinalEncoder } from "../preprocessing/ordinal-encoder.js";
import { type Answer, unsupported } from "./onnx-answers.js";
import type { OnnxGraph } from "./onnx-graph.js";
import { sideBySide, type Table, tableOfNumbers } from "./onnx-tables.js";

// ONNX has no errors that depend on values: what is said here of unknown categories holds for handleUnknown "error" too.

/** An unknown category makes its columns all 0. */
export function writeOneHotEncoder(encoder: OneHotEncoder, X: Table, graph: OnnxGraph): Answer {
  const { categories, dropped } = encoder.state.model;
  requireDistinct(encoder, categories);
  const kept = categories.flatMap((labels, column) =>
    labels
      .map((label, position) => ({ label, column, position }))
      .filter(({ position }) => position !== dropped[column]),
  );
  // Strings are compared by their positions.
  const coded = categories.some(areStrings) ? sideBySide(codedColumns(categories, X, graph), graph) : X;
  const cells = coded.numbers(kept.map(({ column }) => column));
  const values = kept.map(({ label, position }) => (typeof label === "string" ? position : Number(label)));
  const isThat = graph.node("Equal", [cells, graph.constant(Float32Array.from(values))]);
  return { kind: "table", table: tableOfNumbers(graph.cast(isThat, "float"), kept.length, graph) };
}

/** Columns of strings as positions, -1 for unknown ones; columns of numbers as they are. */
function codedColumns(categories: Categories, X: Table, graph: OnnxGraph): Table[] {
  return categories.map((labels, column) => {
    const codes = areStrings(labels)
      ? replaced(X.strings(column), labels, codesOf(labels), -1, graph)
      : X.numbers([column]);
    return tableOfNumbers(codes, 1, graph);
  });
}

/** An unknown category becomes `unknownValue`, or NaN where that is null. */
export function writeOrdinalEncoder(encoder: OrdinalEncoder, X: Table, graph: OnnxGraph): Answer {
  const { categories } = encoder.state.model;
  const { encodedMissingValue: missing, unknownValue } = encoder.params;
  requireDistinct(encoder, categories);
  const unknown = unknownValue ?? Number.NaN;
  const columns = categories.map((labels, column) => {
    const codes = codesOf(labels);
    if (areStrings(labels)) {
      if (labels.includes("")) {
        throw unsupported(
          encoder,
          `column ${column} has the category "", which in ONNX is a missing string; rename it`,
        );
      }
      return replaced(X.strings(column), [...labels, ""], [...codes, missing], unknown, graph);
    }
    const cells = X.numbers([column]);
    const known = replaced(cells, labels.map(Number), codes, unknown, graph);
    const ifMissing = graph.constant(Float32Array.of(missing));
    return graph.node("Where", [graph.node("IsNaN", [cells]), ifMissing, known]);
  });
  const tables = columns.map((column) => tableOfNumbers(column, 1, graph));
  return { kind: "table", table: sideBySide(tables, graph) };
}

/** float of the same shape: the value that goes with each key, and that of all others. */
function replaced(
  cells: string,
  keys: readonly Label[],
  values: readonly number[],
  others: number,
  graph: OnnxGraph,
): string {
  return graph.node("ai.onnx.ml.LabelEncoder", [cells], {
    ...(areStrings(keys) ? { keys_strings: keys } : { keys_floats: Float32Array.from(keys as readonly number[]) }),
    values_floats: Float32Array.from(values),
    default_float: { float: others },
  });
}

const areStrings = (labels: readonly Label[]): labels is readonly string[] => typeof labels[0] === "string";

const codesOf = (labels: readonly Label[]): number[] => labels.map((_, code) => code);

function requireDistinct(encoder: AnyEstimator, categories: Categories): void {
  for (const [column, labels] of categories.entries()) {
    if (areStrings(labels) || new Set(Float32Array.from(labels, Number)).size === labels.length) continue;
    throw unsupported(encoder, `column ${column} has categories that are the same in f32, in which X comes`);
  }
}
