import { type PCA, scalesOf } from "../decomposition/pca.js";
import type { MinMaxScaler } from "../preprocessing/min-max-scaler.js";
import type { SimpleImputer } from "../preprocessing/simple-imputer.js";
import type { StandardScaler } from "../preprocessing/standard-scaler.js";
import { type Answer, unsupported } from "./onnx-answers.js";
import type { OnnxGraph } from "./onnx-graph.js";
import { chosen, columnOfStrings, sideBySide, type Table, tableOfNumbers } from "./onnx-tables.js";

/** Computed in f64 and rounded to f32, as the estimators do it with an X in f32. */
export function writeStandardScaler({ state, params }: StandardScaler, X: Table, graph: OnnxGraph): Answer {
  const { mean, scale } = state.model;
  let values = graph.cast(X.numbers(), "double");
  if (params.withMean && mean !== null) values = graph.node("Sub", [values, graph.constant(mean)]);
  if (scale !== null) values = graph.node("Div", [values, graph.constant(scale)]);
  return tableOf(values, X.cols, graph);
}

export function writeMinMaxScaler({ state, params }: MinMaxScaler, X: Table, graph: OnnxGraph): Answer {
  const { scale, min } = state.model;
  const scaled = graph.node("Mul", [graph.cast(X.numbers(), "double"), graph.constant(scale)]);
  const moved = graph.node("Add", [scaled, graph.constant(min)]);
  if (!params.clip) return tableOf(moved, X.cols, graph);
  const [low, high] = params.featureRange;
  const clipped = graph.node("Clip", [moved, graph.double(low), graph.double(high)]);
  // Missing values stay missing, whatever a runtime's Clip makes of them.
  return tableOf(graph.node("Where", [graph.node("IsNaN", [moved]), moved, clipped]), X.cols, graph);
}

export function writePCA({ state, params }: PCA, X: Table, graph: OnnxGraph): Answer {
  const { mean, components, explainedVariance } = state.model;
  const count = explainedVariance.length;
  const centred = graph.node("Sub", [graph.cast(X.numbers(), "double"), graph.constant(mean)]);
  const axes = graph.constant(components, [count, X.cols]);
  const turned = graph.node("Gemm", [centred, axes], { transB: 1 });
  if (!params.whiten) return tableOf(turned, count, graph);
  return tableOf(graph.node("Div", [turned, graph.constant(scalesOf(state.model, params))]), count, graph);
}

/** Filled in f32, in which X comes. */
export function writeSimpleImputer(imputer: SimpleImputer, X: Table, graph: OnnxGraph): Answer {
  const { statistics, incomplete } = imputer.state.model;
  const kept = [...statistics.keys()].filter((column) => statistics[column] !== null);
  const isText = (column: number) => typeof statistics[column] === "string";
  const [texts, numeric] = [kept.filter(isText), kept.filter((column) => !isText(column))];
  const tables = texts.map((column) => {
    const cells = X.strings(column);
    const fill = graph.constant([statistics[column] as string]);
    return columnOfStrings(graph.node("Where", [isEmpty(cells, graph), fill, cells]));
  });
  if (numeric.length > 0) {
    const cells = X.numbers(numeric);
    const fills = graph.constant(Float32Array.from(numeric, (column) => Number(statistics[column])));
    const filled = graph.node("Where", [graph.node("IsNaN", [cells]), fills, cells]);
    tables.push(tableOfNumbers(filled, numeric.length, graph));
  }
  const made = [...texts, ...numeric];
  const inOrder = chosen(
    sideBySide(tables, graph),
    kept.map((column) => made.indexOf(column)),
  );
  const indicated = imputer.params.addIndicator ? [...incomplete] : [];
  if (kept.length + indicated.length === 0) {
    throw unsupported(imputer, "it leaves out every column of X; keepEmptyFeatures keeps them");
  }
  const indicators = indicated.map((column) => {
    const isMissing = isText(column) ? isEmpty(X.strings(column), graph) : graph.node("IsNaN", [X.numbers([column])]);
    return tableOfNumbers(graph.cast(isMissing, "float"), 1, graph);
  });
  return { kind: "table", table: sideBySide([inOrder, ...indicators], graph) };
}

/** Whether strings are "", which are missing ones: bool. */
function isEmpty(strings: string, graph: OnnxGraph): string {
  const keys = { keys_strings: [""], values_int64s: Int32Array.of(1), default_int64: 0 };
  return graph.cast(graph.node("ai.onnx.ml.LabelEncoder", [strings], keys), "bool");
}

function tableOf(values: string, cols: number, graph: OnnxGraph): Answer {
  return { kind: "table", table: tableOfNumbers(graph.cast(values, "float"), cols, graph) };
}
