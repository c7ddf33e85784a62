import type { SvmModel } from "../svm/svm-model.js";
import { repeated } from "./onnx-answers.js";
import type { OnnxGraph } from "./onnx-graph.js";

/** How far the kernels hold probabilities of pairs off 0 and 1; see ../kernels/svm-probabilities.ts. */
const LEAST = 1e-7;

/**
 * Probabilities, double[N, classes], from the decision values of pairs: Platt's sigmoids, coupled by the iteration of Wu, Lin
 * and Weng (2004, algorithm 2) with LIBSVM's stopping rule. That stops up to .005 / classes off the solution, so it is the
 * iteration that is written, row by row as far as our kernel takes it, and not its limit.
 *
 * @see https://www.csie.ntu.edu.tw/~cjlin/papers/svmprob/svmprob.pdf
 */
export function coupled(
  values: string,
  { probA, probB }: SvmModel,
  pairs: readonly (readonly [number, number])[],
  graph: OnnxGraph,
): string {
  const scaled = graph.node("Mul", [values, graph.constant(probA)]);
  const exponent = graph.node("Neg", [graph.node("Add", [scaled, graph.constant(probB)])]);
  const ofPairs = graph.node("Clip", [graph.node("Sigmoid", [exponent]), graph.double(LEAST), graph.double(1 - LEAST)]);
  if (pairs.length > 1) return minimised(quadraticForm(ofPairs, pairs, graph), pairs.at(-1)![1] + 1, graph);
  return graph.node("Concat", [ofPairs, graph.node("Sub", [graph.double(1), ofPairs])], { axis: 1 });
}

/** Q double[N, classes, classes]: the sum over i and j of (r_ji p_i - r_ij p_j)^2 is 2 p'Qp. */
function quadraticForm(ofPairs: string, pairs: readonly (readonly [number, number])[], graph: OnnxGraph): string {
  const k = pairs.at(-1)![1] + 1;
  const [factors, summands] = [new Float64Array(pairs.length * k * k), new Float64Array(k * k)];
  for (const [pair, [i, j]] of pairs.entries()) {
    factors[pair * k * k + i * k + j] = 1;
    factors[pair * k * k + j * k + i] = -1;
    summands[j * k + i] = 1;
  }
  const inputs = [ofPairs, graph.constant(factors, [pairs.length, k * k]), graph.constant(summands)];
  const r = graph.node("Reshape", [graph.node("Gemm", inputs), graph.integers(0, k, k)]);
  const turned = graph.node("Transpose", [r], { perm: Int32Array.of(0, 2, 1) });
  const squares = graph.node("ReduceSumSquare", [r], { axes: Int32Array.of(1), keepdims: 1 });
  const diagonal = graph.node("Mul", [squares, identity(k, graph)]);
  return graph.node("Sub", [diagonal, graph.node("Mul", [r, turned])]);
}

/** The distributions p double[N, classes] that the iteration comes to; rows that are done stay as they are. */
function minimised(Q: string, k: number, graph: OnnxGraph): string {
  const start = repeated(new Float64Array(k).fill(1 / k), Q, graph);
  const unit = identity(k, graph);
  const [p] = graph.loop(Math.max(100, k), [start], (body, _round, [before]) => {
    const columns = body.integers(1);
    const tall = body.node("Unsqueeze", [before!, body.integers(2)]);
    const Qp = body.node("ReduceSum", [body.node("Mul", [Q, tall]), columns], { keepdims: 0 });
    const pQp = body.node("ReduceSum", [body.node("Mul", [before!, Qp]), columns], { keepdims: 1 });
    const gaps = body.node("Abs", [body.node("Sub", [Qp, pQp])]);
    const worst = body.node("ReduceMax", [gaps], { axes: Int32Array.of(1), keepdims: 1 });
    const isOff = body.node("GreaterOrEqual", [worst, body.double(0.005 / k)]);
    const [moved] = body.loop(k, [before!, Qp, pQp], (inner, t, states) => ({
      states: coordinateStep(Q, unit, t, states as States, inner),
    }));
    const count = body.node("ReduceSum", [body.cast(isOff, "double")], { keepdims: 0 });
    const goesOn = body.node("Greater", [count, body.double(0)]);
    return { states: [body.node("Where", [isOff, moved!, before!])], goesOn };
  });
  return p!;
}

type States = readonly [p: string, Qp: string, pQp: string];

/** The minimum along coordinate t, and p brought back to the sum 1. */
function coordinateStep(Q: string, unit: string, t: string, [p, Qp, pQp]: States, graph: OnnxGraph): States {
  const at = graph.node("Unsqueeze", [t, graph.integers(0)]);
  const row = graph.node("Gather", [Q, t], { axis: 1 });
  const own = graph.node("Gather", [row, at], { axis: 1 });
  const dot = graph.node("Gather", [Qp, at], { axis: 1 });
  const change = graph.node("Div", [graph.node("Sub", [pQp, dot]), own]);
  const shrink = graph.node("Div", [graph.double(1), graph.node("Add", [graph.double(1), change])]);
  const shrunk = (value: string) => graph.node("Mul", [value, shrink]);
  const moved = (value: string, along: string) =>
    shrunk(graph.node("Add", [value, graph.node("Mul", [change, along])]));
  const slope = graph.node("Add", [graph.node("Mul", [change, own]), graph.node("Mul", [dot, graph.double(2)])]);
  const axis = graph.node("Gather", [unit, at], { axis: 0 });
  return [moved(p, axis), moved(Qp, row), shrunk(moved(pQp, slope))];
}

function identity(k: number, graph: OnnxGraph): string {
  const table = Float64Array.from({ length: k * k }, (_, at) => (at % (k + 1) === 0 ? 1 : 0));
  return graph.constant(table, [k, k]);
}
