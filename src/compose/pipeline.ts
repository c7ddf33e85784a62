import { InvalidModelError } from "../core/errors.js";
import type {
  AnyEstimator,
  Definition,
  FitContext,
  FitOptions,
  FittedWith,
  Method,
  Output,
  RunContext,
  TrainingData,
} from "../core/estimator.js";
import { type EvalSet, inEvalSet } from "../core/eval-set.js";
import { fitAll } from "../core/fit-all.js";
import { sameLabels } from "../core/labels.js";
import type { Matrix, MatrixLike } from "../core/matrix.js";
import { MetaEstimator } from "../core/meta-estimator.js";
import { fittedEstimator, listOf, recordOf, requireShape } from "../core/model-shape.js";
import {
  type MembersOf,
  membersOf,
  type NamedEstimators,
  namedEstimators,
  namesComplaint,
  renamed,
} from "../core/named-estimators.js";
import { outputOf, predictAll } from "../core/predict-all.js";
import type { Target, TargetLike } from "../core/target.js";
import { workOn } from "../core/work-on.js";

export interface PipelineParams<T extends NamedEstimators = NamedEstimators> {
  /** Pairs [name, estimator] in order: transformers, then any estimator. */
  readonly steps: T;
}

export interface PipelineModel {
  /** The fitted steps, in order. */
  readonly steps: readonly AnyEstimator[];
}

/** The estimator of the last step. */
export type LastOf<T extends NamedEstimators> = T extends readonly [...unknown[], readonly [string, infer E]]
  ? E
  : AnyEstimator;

const NAME = "Pipeline";

const definition: Definition<PipelineParams> = {
  name: NAME,
  schema: { steps: namedEstimators() },
  check: ({ steps }) => namesComplaint(steps, "steps", NAME, ["steps"]) ?? orderComplaint(steps),
};

function orderComplaint(steps: NamedEstimators): string | null {
  const wrong = steps.slice(0, -1).find(([, step]) => !step.methods.includes("transform"));
  return wrong === undefined
    ? null
    : `steps of ${NAME} must be transformers but for the last; got "${wrong[0]}" (${wrong[1].definition.name}), which has no transform`;
}

/**
 * Transformers one after the other and an estimator at the end, as one estimator that is whatever its last step is; so a
 * search refits the transformers in each fold and never learns from test rows. Parameters of steps are `name__param`.
 *
 * Candidates of a search share their beginnings: equal transformers are fitted once and transform X once, and the last
 * steps that then see the same X are fitted together. sampleWeight and evalSet are given to the last step alone, the
 * evalSet transformed by the steps before it.
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.pipeline.Pipeline.html
 */
export class Pipeline<const T extends NamedEstimators = NamedEstimators> extends MetaEstimator<
  PipelineParams<T>,
  PipelineModel,
  MembersOf<T>,
  LastOf<T>
> {
  constructor(params: Partial<PipelineParams<T>> = {}) {
    super(definition as unknown as Definition<PipelineParams<T>>, params);
  }

  override get members(): MembersOf<T> {
    return membersOf(this.params.steps);
  }

  protected override withMembers(members: Readonly<Record<string, AnyEstimator>>): Partial<PipelineParams<T>> {
    return { steps: renamed(this.params.steps, members) };
  }

  override get target(): Target["kind"] {
    return this.#list.at(-1)?.target ?? "none";
  }

  override get methods(): readonly Method[] {
    return this.#list.at(-1)?.methods ?? [];
  }

  override get allowsNaN(): boolean {
    return this.#list[0]?.allowsNaN ?? false;
  }

  override get allowsLabels(): boolean {
    return this.#list[0]?.allowsLabels ?? false;
  }

  override get usesSampleWeight(): boolean {
    return this.#list.at(-1)?.usesSampleWeight ?? false;
  }

  override get usesEvalSet(): boolean {
    return this.#list.at(-1)?.usesEvalSet ?? false;
  }

  /**
   * The fitted steps by name.
   * @throws NotFittedError
   */
  get namedSteps(): MembersOf<T> {
    const { steps } = this.state.model;
    return membersOf(this.params.steps.map(([name], i) => [name, steps[i]!]) as unknown as T);
  }

  /** Fits, then transforms the same X. */
  async fitTransform(X: MatrixLike, y?: TargetLike | null, options: FitOptions = {}): Promise<Matrix> {
    await this.fit(X, y, options);
    return this.transform(X, options);
  }

  override async *learnMany(
    data: TrainingData,
    candidates: readonly Readonly<PipelineParams<T>>[],
    ctx: FitContext,
  ): AsyncGenerator<readonly [index: number, model: PipelineModel]> {
    const chains = candidates.map(({ steps }, index) => ({ index, steps: steps.map(([, step]) => step.clone()) }));
    const failures: unknown[] = [];
    const fail = (error: unknown) => {
      if (chains.length === 1) throw error;
      failures.push(error);
    };
    for await (const { index, steps } of fitChains(chains, 0, data, ctx, fail)) yield [index, { steps }];
    // Candidates that were left out are then tried alone, so that each failure lands on its own candidate.
    if (failures.length > 0) throw failures[0];
  }

  override inferMany(
    fitted: readonly FittedWith<PipelineParams<T>, PipelineModel>[],
    X: Matrix,
    method: Method,
    ctx: RunContext,
  ): AsyncGenerator<readonly [index: number, output: Output]> {
    const chains = fitted.map(({ model }, index) => ({ index, steps: model.steps }));
    return askChains(chains, 0, X, method, ctx);
  }

  override validate({ model, params, nFeatures, classes }: FittedWith<PipelineParams<T>, PipelineModel>): void {
    requireShape(NAME, model, recordOf({ steps: listOf(fittedEstimator, params.steps.length) }));
    const { steps } = model;
    const sameClass = params.steps.every(([, given], i) => steps[i]!.constructor === given.constructor);
    if (!sameClass || !sameLabels(steps.at(-1)!.state.classes, classes) || steps[0]!.state.nFeatures !== nFeatures) {
      throw new InvalidModelError(`the stored model of ${NAME} is damaged: its steps do not suit each other`);
    }
  }

  get #list(): readonly AnyEstimator[] {
    return Object.values(this.members as Readonly<Record<string, AnyEstimator>>);
  }
}

/** The steps of one candidate, and which candidate it is. */
interface Chain {
  readonly index: number;
  readonly steps: readonly AnyEstimator[];
}

/** Fits the steps from `depth` on of chains that have come to the same X, and yields each chain when it is done. */
async function* fitChains(
  chains: readonly Chain[],
  depth: number,
  data: TrainingData,
  ctx: FitContext,
  fail: (error: unknown) => void,
): AsyncGenerator<Chain> {
  const { X, y, sampleWeight, evalSets } = data;
  const { progress, ...run } = ctx;
  const onFailure = (_index: number, error: unknown) => fail(error);
  const [ending, going] = parted(chains, depth);
  const last = ending.map(({ steps }) => steps[depth]!);
  const watched = { ...run, sampleWeight, evalSets, onProgress: progress, onFailure };
  for await (const i of fitAll(last, X, y, watched)) yield ending[i]!;
  const fitted: Chain[] = [];
  const next = going.map(({ steps }) => steps[depth]!);
  for await (const i of fitAll(next, X, y, { ...run, onFailure })) fitted.push(going[i]!);
  for (const [Z, group] of await transformed(fitted, depth, X, ctx)) {
    const made = { ...data, X: Z, evalSets: await evalSetsAfter(group[0]!.steps[depth]!, data, Z, ctx) };
    yield* workOn(ctx, X, Z, (inner) => fitChains(group, depth + 1, made, inner, fail));
  }
}

/** The evaluation sets as a step transforms them, which has made Z of X. */
async function evalSetsAfter(
  step: AnyEstimator,
  { X, evalSets }: TrainingData,
  Z: Matrix,
  ctx: RunContext,
): Promise<readonly EvalSet[]> {
  const after: EvalSet[] = [];
  for (const set of evalSets) {
    const made = set.X === X ? Z : await inEvalSet(set.name, () => outputOf(step, set.X, "transform", ctx));
    after.push({ ...set, X: made as Matrix });
  }
  return after;
}

/** Asks the last steps of fitted chains that have come to the same X, transforming it by the steps before. */
async function* askChains(
  chains: readonly Chain[],
  depth: number,
  X: Matrix,
  method: Method,
  ctx: RunContext,
): AsyncGenerator<readonly [index: number, output: Output]> {
  const [ending, going] = parted(chains, depth);
  const last = ending.map(({ steps }) => steps[depth]!);
  for await (const [i, output] of predictAll(last, X, method, ctx)) yield [ending[i]!.index, output];
  for (const [Z, group] of await transformed(going, depth, X, ctx)) {
    yield* workOn(ctx, X, Z, (inner) => askChains(group, depth + 1, Z, method, inner));
  }
}

/** Those chains whose last step is at `depth`, and those that go on. */
function parted(chains: readonly Chain[], depth: number): readonly [ending: Chain[], going: Chain[]] {
  const isLast = ({ steps }: Chain) => steps.length === depth + 1;
  return [chains.filter(isLast), chains.filter((chain) => !isLast(chain))];
}

/** What the steps at `depth` make of X, and which chains have it in common: those whose step has the same state. */
async function transformed(
  chains: readonly Chain[],
  depth: number,
  X: Matrix,
  ctx: RunContext,
): Promise<Map<Matrix, Chain[]>> {
  const groups = new Map<Matrix, Chain[]>();
  const steps = chains.map((chain) => chain.steps[depth]!);
  for await (const [i, output] of predictAll(steps, X, "transform", ctx)) {
    const Z = output as Matrix;
    const group = groups.get(Z);
    if (group === undefined) groups.set(Z, [chains[i]!]);
    else group.push(chains[i]!);
  }
  return groups;
}
