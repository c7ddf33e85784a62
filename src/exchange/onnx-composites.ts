import { partsOf } from "../compose/column-choice.js";
import type { ColumnTransformer } from "../compose/column-transformer.js";
import type { Pipeline } from "../compose/pipeline.js";
import type { AnyEstimator, Method } from "../core/estimator.js";
import type { VotingClassifier } from "../ensemble/voting.js";
import type { SearchModel } from "../model-selection/search-cv.js";
import type { StackingModel } from "../stacking/stacking.js";
import { type AnyStackingParams, methodOf } from "../stacking/stacking-params.js";
import { type Answer, type Classes, type Doubles, largest, unsupported, type Write } from "./onnx-answers.js";
import type { OnnxGraph } from "./onnx-graph.js";
import { chosen, sideBySide, type Table, tableOfNumbers } from "./onnx-tables.js";

export function writePipeline({ state }: Pipeline, X: Table, graph: OnnxGraph, write: Write): Answer {
  const { steps } = state.model;
  let table = X;
  for (const step of steps.slice(0, -1)) table = tableFrom(step, table, graph, write);
  return write(steps.at(-1)!, table, graph);
}

export function writeColumnTransformer(
  { params, state }: ColumnTransformer,
  X: Table,
  graph: OnnxGraph,
  write: Write,
): Answer {
  const { transformers } = state.model;
  const tables = partsOf(params.transformers, params.remainder, X.cols).map(({ member, columns }) => {
    const part = chosen(X, [...columns]);
    return member < 0 ? part : tableFrom(transformers[member]!, part, graph, write);
  });
  return { kind: "table", table: sideBySide(tables, graph) };
}

function tableFrom(transformer: AnyEstimator, X: Table, graph: OnnxGraph, write: Write): Table {
  const answer = write(transformer, X, graph);
  if (answer.kind === "table") return answer.table;
  throw unsupported(transformer, "it stands where transformers stand, and is none");
}

/** A search is its best estimator. */
export function writeSearch(search: AnyEstimator, X: Table, graph: OnnxGraph, write: Write): Answer {
  const { bestEstimator } = search.state.model as SearchModel;
  if (bestEstimator === null) throw unsupported(search, "it has refit: false, so there is no best estimator");
  return write(bestEstimator, X, graph);
}

export function writeVoting(voting: VotingClassifier, X: Table, graph: OnnxGraph, write: Write): Answer {
  const { members } = voting.state.model;
  const answers = members.map((member) => write(member, X, graph) as Classes);
  const weights = voting.params.weights ?? members.map(() => 1);
  if (voting.params.voting === "hard") {
    const ballots = answers.map(({ codes }) => oneHot(codes, voting.classes.length, graph));
    return { kind: "classes", codes: largest(weightedSum(ballots, weights, graph), graph), probabilities: null };
  }
  const total = graph.double(weights.reduce((sum, weight) => sum + weight, 0));
  const sum = weightedSum(
    answers.map(({ probabilities }) => probabilities!),
    weights,
    graph,
  );
  const probabilities = graph.node("Div", [sum, total]);
  return { kind: "classes", codes: largest(probabilities, graph), probabilities };
}

/** The final estimator's answer to what the members answer, with X where it is passed through; the table is in f32. */
export function writeStacking(stack: AnyEstimator, X: Table, graph: OnnxGraph, write: Write): Answer {
  const { model, classes } = stack.state;
  const { members, finalEstimator } = model as StackingModel;
  const params = stack.params as AnyStackingParams;
  const parts = members.map((member) =>
    columnsOf(write(member, X, graph), methodOf(member, params), classes?.length ?? 0, graph),
  );
  if (params.passthrough) parts.push({ name: graph.cast(X.numbers(), "double"), cols: X.cols });
  const names = parts.map(({ name }) => name);
  const Z = graph.cast(graph.node("Concat", names, { axis: 1 }), "float");
  const cols = parts.reduce((sum, part) => sum + part.cols, 0);
  return write(finalEstimator, tableOfNumbers(Z, cols, graph), graph);
}

/** A member's columns: its decision values, its probabilities (of two classes that of the second), its codes, or its numbers. */
function columnsOf(answer: Answer, method: Method, classes: number, graph: OnnxGraph): Doubles {
  if (answer.kind === "numbers") return { name: answer.values, cols: 1 };
  const { codes, probabilities, decisions } = answer as Classes;
  if (method === "decisionFunction") return decisions!();
  if (method === "predict") {
    return { name: graph.cast(graph.node("Unsqueeze", [codes, graph.integers(1)]), "double"), cols: 1 };
  }
  if (classes !== 2) return { name: probabilities!, cols: classes };
  return { name: graph.node("Gather", [probabilities!, graph.integers(1)], { axis: 1 }), cols: 1 };
}

/** The weighted sum of tables in f64, in their order. */
function weightedSum(tables: readonly string[], weights: readonly number[], graph: OnnxGraph): string {
  return tables
    .map((table, i) => (weights[i] === 1 ? table : graph.node("Mul", [table, graph.double(weights[i]!)])))
    .reduce((sum, table) => graph.node("Add", [sum, table]));
}

/** double[N, classes]: 1 for the class that a code names. */
function oneHot(codes: string, classes: number, graph: OnnxGraph): string {
  const column = graph.node("Unsqueeze", [codes, graph.integers(1)]);
  const all = graph.integers(...Array.from({ length: classes }, (_, code) => code));
  return graph.cast(graph.node("Equal", [column, all]), "double");
}
