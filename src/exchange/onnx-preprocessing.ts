import { type PCA, scalesOf } from "../decomposition/pca.js";
import type { MinMaxScaler } from "../preprocessing/min-max-scaler.js";
import type { OneHotEncoder } from "../preprocessing/one-hot-encoder.js";
import type { StandardScaler } from "../preprocessing/standard-scaler.js";
import { type Answer, type Table, unsupported } from "./onnx-answers.js";
import type { OnnxGraph } from "./onnx-graph.js";

/** Computed in f64 and rounded to f32, as the estimators do it with an X in f32. */
export function writeStandardScaler({ state, params }: StandardScaler, X: Table, graph: OnnxGraph): Answer {
  const { mean, scale } = state.model;
  let values = graph.cast(X.name, "double");
  if (params.withMean && mean !== null) values = graph.node("Sub", [values, graph.constant(mean)]);
  if (scale !== null) values = graph.node("Div", [values, graph.constant(scale)]);
  return tableOf(values, X.cols, graph);
}

export function writeMinMaxScaler({ state, params }: MinMaxScaler, X: Table, graph: OnnxGraph): Answer {
  const { scale, min } = state.model;
  const scaled = graph.node("Mul", [graph.cast(X.name, "double"), graph.constant(scale)]);
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
  const centred = graph.node("Sub", [graph.cast(X.name, "double"), graph.constant(mean)]);
  const axes = graph.constant(components, [count, X.cols]);
  const turned = graph.node("Gemm", [centred, axes], { transB: 1 });
  if (!params.whiten) return tableOf(turned, count, graph);
  return tableOf(graph.node("Div", [turned, graph.constant(scalesOf(state.model, params))]), count, graph);
}

/** ONNX has no errors that depend on values: a category that is not known makes its columns all 0, always. */
export function writeOneHotEncoder(encoder: OneHotEncoder, X: Table, graph: OnnxGraph): Answer {
  const { categories, dropped } = encoder.state.model;
  const kept = categories.flatMap((labels, column) =>
    labels
      .map((label, position) => ({ label, column, position }))
      .filter(({ position }) => position !== dropped[column]),
  );
  for (const { label, column } of kept) {
    if (typeof label !== "number") {
      throw unsupported(
        encoder,
        `column ${column} has the category ${JSON.stringify(label)}, and X holds numbers there`,
      );
    }
  }
  const values = Float32Array.from(kept, ({ label }) => label as number);
  for (const [column, labels] of categories.entries()) {
    if (new Set(Float32Array.from(labels as readonly number[])).size < labels.length) {
      throw unsupported(encoder, `column ${column} has categories that are the same in f32, in which X comes`);
    }
  }
  const columns = graph.integers(...kept.map(({ column }) => column));
  const cells = graph.node("Gather", [X.name, columns], { axis: 1 });
  const name = graph.cast(graph.node("Equal", [cells, graph.constant(values)]), "float");
  return { kind: "table", table: { name, cols: kept.length } };
}

function tableOf(values: string, cols: number, graph: OnnxGraph): Answer {
  return { kind: "table", table: { name: graph.cast(values, "float"), cols } };
}
