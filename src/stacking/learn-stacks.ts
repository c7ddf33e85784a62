import { ConfigurationKeys } from "../core/configuration.js";
import type { AnyEstimator, FitContext, Method, Output, RunContext, TrainingData } from "../core/estimator.js";
import { type EvalSet, inEvalSet } from "../core/eval-set.js";
import { fitAll } from "../core/fit-all.js";
import type { Matrix } from "../core/matrix.js";
import { asFitted } from "../core/prefit.js";
import type { Target } from "../core/target.js";
import { workOn } from "../core/work-on.js";
import { outOfFold } from "../model-selection/out-of-fold.js";
import { splitsOf } from "../model-selection/splits-of.js";
import type { CvLike } from "../split/check-cv.js";
import type { Split } from "../split/splitter.js";
import { answersOf } from "./member-answers.js";
import { metaTable } from "./meta-table.js";
import type { StackingModel } from "./stacking.js";
import { type AnyStackingParams, methodOf } from "./stacking-params.js";

/** A member that stacks may have in common: what it is, what it is asked, and which rows are held out from it. */
interface Seat {
  readonly member: AnyEstimator;
  readonly method: Method;
  readonly cv: CvLike | "prefit";
  /** What it says of each row without having learnt from it; null until then, and where it failed. */
  output: Output | null;
}

/** Candidates that differ in their final estimators alone. */
interface Layer {
  readonly seats: readonly Seat[];
  readonly passthrough: boolean;
  readonly candidates: number[];
}

/**
 * Fits stacks together (Wolpert 1992; Breiman 1996): equal members are fitted once on all rows and once on each fold, whatever
 * stacks they are in, and final estimators that then see the same table are fitted together.
 *
 * @see https://doi.org/10.1016/S0893-6080(05)80023-1
 */
export async function* learnStacks(
  data: TrainingData,
  candidates: readonly AnyStackingParams[],
  owner: string,
  ctx: FitContext,
): AsyncGenerator<readonly [index: number, model: StackingModel]> {
  const { seats, layers } = planOf(candidates, data, owner);
  const groups = groupsOf(seats, data.y);
  const tick = counter(fitsOf(groups) + candidates.length, ctx);
  const failures: unknown[] = [];
  const onFailure = (_index: number, error: unknown) => {
    if (candidates.length === 1) throw error;
    failures.push(error);
  };
  for (const group of groups) await askGroup(group, data, ctx, onFailure, tick);
  for (const { seats, passthrough, candidates: those } of layers) {
    if (seats.some(({ output }) => output === null)) continue;
    const answers = seats.map(({ method, output }) => ({ method, output: output! }));
    const classes = data.y.kind === "labels" ? data.y.classes : null;
    const Z = metaTable(answers, classes, passthrough ? data.X : null);
    const members = seats.map(({ member }) => member);
    const finals = those.map((i) => candidates[i]!.finalEstimator.clone());
    const evalSets = finals.some((last) => last.usesEvalSet) ? await evalSetsOf(seats, passthrough, data, Z, ctx) : [];
    const options = { sampleWeight: data.sampleWeight, evalSets, onFailure };
    const fits = workOn(runOf(ctx), data.X, Z, (inner) => fitAll(finals, Z, data.y, { ...inner, ...options }));
    for await (const k of fits) {
      tick();
      yield [those[k]!, { members, finalEstimator: finals[k]! }];
    }
  }
  // Candidates that were left out are then tried alone, so that each failure lands on its own candidate.
  if (failures.length > 0) throw failures[0];
}

const runOf = ({ pool, workspace, signal }: RunContext): RunContext => ({ pool, workspace, signal });

/** The distinct members of all candidates, and which candidates see the same table. */
function planOf(
  candidates: readonly AnyStackingParams[],
  data: TrainingData,
  owner: string,
): { readonly seats: readonly Seat[]; readonly layers: readonly Layer[] } {
  const keys = new ConfigurationKeys();
  const seats = new Map<string, Seat>();
  const layers = new Map<string, Layer>();
  for (const [index, params] of candidates.entries()) {
    const { estimators, cv, passthrough } = params;
    const names = estimators.map(([name, given]) => {
      const method = methodOf(given, params);
      const key = `${keys.keyOf(given)} ${method} ${keys.valueKey(cv)}`;
      if (!seats.has(key)) {
        const who = `the member "${name}" of ${owner}`;
        const member = cv === "prefit" ? asFitted(given, data, who, 'where cv is "prefit"') : given.clone();
        seats.set(key, { member, method, cv, output: null });
      }
      return key;
    });
    const layer = `${names.join("|")} ${passthrough}`;
    const known = layers.get(layer);
    if (known !== undefined) known.candidates.push(index);
    else layers.set(layer, { seats: names.map((key) => seats.get(key)!), passthrough, candidates: [index] });
  }
  return { seats: [...seats.values()], layers: [...layers.values()] };
}

/** Seats from which the same rows are held out. */
interface Group {
  readonly seats: readonly Seat[];
  /** Null where members are fitted already. */
  readonly splits: readonly Split[] | null;
}

function groupsOf(seats: readonly Seat[], y: Target): readonly Group[] {
  return Array.from(new Set(seats.map(({ cv }) => cv)), (cv) => ({
    seats: seats.filter((seat) => seat.cv === cv),
    splits: cv === "prefit" ? null : splitsOf(cv, y),
  }));
}

/** Each member is fitted on all rows, and once for each fold. */
const fitsOf = (groups: readonly Group[]): number =>
  groups.reduce((sum, { seats, splits }) => sum + (splits === null ? 0 : seats.length * (1 + splits.length)), 0);

/** Tells with each call that one more of so many fits is done. */
function counter(total: number, { progress }: FitContext): () => void {
  let done = 0;
  return () => progress({ what: "fits", done: ++done, total });
}

/** Fits the members on all rows, and asks them, or copies fitted without its fold, about each row. */
async function askGroup(
  { seats, splits }: Group,
  data: TrainingData,
  ctx: FitContext,
  onFailure: (index: number, error: unknown) => void,
  tick: () => void,
): Promise<void> {
  const run = runOf(ctx);
  const { X, y, sampleWeight, evalSets } = data;
  if (splits === null) {
    const answers = await answersOf(seats, X, run);
    for (const [i, { output }] of answers.entries()) seats[i]!.output = output;
    return;
  }
  const members = seats.map(({ member }) => member);
  for await (const _ of fitAll(members, X, y, { ...run, sampleWeight, evalSets, onFailure })) tick();
  const fitted = seats.filter(({ member }) => member.isFitted);
  const questions = fitted.map(({ member, method }) => ({ estimator: member, method }));
  const answers = await outOfFold(questions, data, splits, run, onFailure, tick);
  for (const [i, output] of answers.entries()) fitted[i]!.output = output;
}

/** The evaluation sets as the final estimator is given them; of the X that is learnt from that is Z. */
async function evalSetsOf(
  seats: readonly Seat[],
  passthrough: boolean,
  { X, y, evalSets }: TrainingData,
  Z: Matrix,
  ctx: FitContext,
): Promise<readonly EvalSet[]> {
  const classes = y.kind === "labels" ? y.classes : null;
  const given: EvalSet[] = [];
  for (const set of evalSets) {
    const answers = set.X === X ? null : await inEvalSet(set.name, () => answersOf(seats, set.X, runOf(ctx)));
    given.push({ ...set, X: answers === null ? Z : metaTable(answers, classes, passthrough ? set.X : null) });
  }
  return given;
}
