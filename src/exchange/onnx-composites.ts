import type { CalibratedModel } from "../calibration/calibrated-classifier-cv.js";
import { scoringMethodOf } from "../calibration/scores-of.js";
import { partsOf } from "../compose/column-choice.js";
import type { ColumnTransformer } from "../compose/column-transformer.js";
import type { Pipeline } from "../compose/pipeline.js";
import type { AnyEstimator, Method } from "../core/estimator.js";
import type { VotingClassifier } from "../ensemble/voting.js";
import type { SearchModel } from "../model-selection/search-cv.js";
import type { StackingModel } from "../stacking/stacking.js";
import { type AnyStackingParams, methodOf } from "../stacking/stacking-params.js";
import { type Answer, bothClasses, type Classes, largest, unsupported, type Write } from "./onnx-answers.js";
import type { OnnxGraph } from "./onnx-graph.js";
import { chosen, sideBySide, type Table, tableOfNumbers } from "./onnx-tables.js";

export function writePipeline({ state }: Pipeline, X: Table, graph: OnnxGraph, write: Write): Answer {
  const { steps } = state.model;
  let table = X;
  for (const step of steps.slice(0, -1)) {
    table = tableFrom(step, table, graph, write);
  }
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
  const parts = members.map((member) => {
    const method = methodOf(member, params);
    if (method === "decisionFunction") {
      throw unsupported(
        stack,
        `it learns from decision values of ${member.definition.name}; take stackMethod "predict"`,
      );
    }
    return columnsOf(write(member, X, graph), method, classes?.length ?? 0, graph);
  });
  if (params.passthrough) parts.push({ name: graph.cast(X.numbers(), "double"), cols: X.cols });
  const names = parts.map(({ name }) => name);
  const Z = graph.cast(graph.node("Concat", names, { axis: 1 }), "float");
  const cols = parts.reduce((sum, part) => sum + part.cols, 0);
  return write(finalEstimator, tableOfNumbers(Z, cols, graph), graph);
}

/** double[N, cols] */
interface MemberColumns {
  readonly name: string;
  readonly cols: number;
}

/** A member's columns in f64: its probabilities, of two classes that of the second, the codes of its classes, or its numbers. */
function columnsOf(answer: Answer, method: Method, classes: number, graph: OnnxGraph): MemberColumns {
  if (answer.kind === "numbers") return { name: answer.values, cols: 1 };
  const { codes, probabilities } = answer as Classes;
  if (method === "predict") {
    return { name: graph.cast(graph.node("Unsqueeze", [codes, graph.integers(1)]), "double"), cols: 1 };
  }
  if (classes !== 2) return { name: probabilities!, cols: classes };
  return { name: graph.node("Gather", [probabilities!, graph.integers(1)], { axis: 1 }), cols: 1 };
}

export function writeCalibrated(calibrated: AnyEstimator, X: Table, graph: OnnxGraph, write: Write): Answer {
  const { pairs } = calibrated.state.model as CalibratedModel;
  const tables = pairs.map(({ estimator, calibrators }) => {
    if (scoringMethodOf(estimator) !== "predictProba") {
      throw unsupported(calibrated, `it calibrates decision values of ${estimator.definition.name}`);
    }
    const { probabilities } = write(estimator, X, graph) as Classes;
    const columns = calibrators.map((calibrator, c) => {
      if (calibrator.kind === "isotonic") throw unsupported(calibrated, "its curves are isotonic, and no sigmoids");
      const of = graph.integers(calibrators.length === 1 ? 1 : c);
      const scaled = graph.node("Mul", [
        graph.node("Gather", [probabilities!, of], { axis: 1 }),
        graph.double(-calibrator.slope),
      ]);
      return graph.node("Sigmoid", [graph.node("Sub", [scaled, graph.double(calibrator.offset)])]);
    });
    if (columns.length === 1) return bothClasses(columns[0]!, graph);
    const table = graph.node("Concat", columns, { axis: 1 });
    return graph.node("Div", [table, graph.node("ReduceSum", [table, graph.integers(1)])]);
  });
  const ones = tables.map(() => 1);
  const probabilities = graph.node("Div", [weightedSum(tables, ones, graph), graph.double(tables.length)]);
  return { kind: "classes", codes: largest(probabilities, graph), probabilities };
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
