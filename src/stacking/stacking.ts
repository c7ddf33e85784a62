import { InvalidModelError } from "../core/errors.js";
import {
  type AnyEstimator,
  Estimator,
  type FitContext,
  type FittedWith,
  type Method,
  type Output,
  type RunContext,
  type TrainingData,
} from "../core/estimator.js";
import { sameLabels } from "../core/labels.js";
import type { Matrix } from "../core/matrix.js";
import { MetaEstimator } from "../core/meta-estimator.js";
import { fittedEstimator, listOf, recordOf, requireShape } from "../core/model-shape.js";
import { type MembersOf, membersOf, type NamedEstimators, renamed } from "../core/named-estimators.js";
import { predictAll } from "../core/predict-all.js";
import { workOn } from "../core/work-on.js";
import { answersOf } from "./member-answers.js";
import { metaTable } from "./meta-table.js";
import { methodOf, type StackingParams } from "./stacking-params.js";

export interface StackingModel {
  /** The members, fitted on all rows, in the order of `estimators`. */
  readonly members: readonly AnyEstimator[];
  /** Fitted on what members said that had not learnt from the row. */
  readonly finalEstimator: AnyEstimator;
}

/** The members of a stack by name, and its final estimator. */
export type StackMembers<T extends NamedEstimators, F extends AnyEstimator> = MembersOf<
  readonly [...T, readonly ["finalEstimator", F]]
>;

/** What stacks of classifiers and of regressors have in common: all but which estimators they take. */
export abstract class Stacking<
  P extends StackingParams<T, F>,
  T extends NamedEstimators,
  F extends AnyEstimator,
> extends MetaEstimator<P, StackingModel, StackMembers<T, F>, F> {
  override get members(): StackMembers<T, F> {
    const { estimators, finalEstimator } = this.params;
    const last = (finalEstimator as unknown) instanceof Estimator ? { finalEstimator } : {};
    return { ...membersOf(estimators), ...last } as StackMembers<T, F>;
  }

  protected override withMembers(members: Readonly<Record<string, AnyEstimator>>): Partial<P> {
    const { finalEstimator } = members;
    return {
      estimators: renamed(this.params.estimators, members),
      ...(finalEstimator !== undefined && { finalEstimator }),
    } as Partial<P>;
  }

  /** What the final estimator can be asked, and "transform": what it is given. */
  override get methods(): readonly Method[] {
    return [...this.params.finalEstimator.methods.filter((method) => method !== "transform"), "transform"];
  }

  override get allowsNaN(): boolean {
    const { finalEstimator, passthrough } = this.params;
    return this.#list.every((member) => member.allowsNaN) && (!passthrough || finalEstimator.allowsNaN);
  }

  override get allowsLabels(): boolean {
    return !this.params.passthrough && this.#list.every((member) => member.allowsLabels);
  }

  override get usesSampleWeight(): boolean {
    const { finalEstimator, cv } = this.params;
    const areFitted = cv !== "prefit";
    return finalEstimator.usesSampleWeight || (areFitted && this.#list.some((member) => member.usesSampleWeight));
  }

  override get usesEvalSet(): boolean {
    const { finalEstimator, cv } = this.params;
    const areFitted = cv !== "prefit";
    return finalEstimator.usesEvalSet || (areFitted && this.#list.some((member) => member.usesEvalSet));
  }

  /**
   * The fitted members by name.
   * @throws NotFittedError
   */
  get namedEstimators(): MembersOf<T> {
    const { members } = this.state.model;
    return membersOf(this.params.estimators.map(([name], i) => [name, members[i]!]) as unknown as T);
  }

  /**
   * The fitted final estimator.
   * @throws NotFittedError
   */
  get finalEstimator(): F {
    return this.state.model.finalEstimator as F;
  }

  override async *learnMany(
    data: TrainingData,
    candidates: readonly Readonly<P>[],
    ctx: FitContext,
  ): AsyncGenerator<readonly [index: number, model: StackingModel]> {
    // Whoever only predicts does not load what cross-validates.
    const { learnStacks } = await import("./learn-stacks.js");
    yield* learnStacks(data, candidates, this.definition.name, ctx);
  }

  /** Stacks that were fitted together may have their members in common: these are asked once. */
  override async *inferMany(
    fitted: readonly FittedWith<P, StackingModel>[],
    X: Matrix,
    method: Method,
    ctx: RunContext,
  ): AsyncGenerator<readonly [index: number, output: Output]> {
    const stacks = new Map<readonly AnyEstimator[], number[]>();
    for (const [i, { model }] of fitted.entries()) {
      const known = stacks.get(model.members);
      if (known === undefined) stacks.set(model.members, [i]);
      else known.push(i);
    }
    const asked = [...stacks].flatMap(([members, [first]]) =>
      members.map((member) => ({ member, method: methodOf(member, fitted[first!]!.params) })),
    );
    const answers = await answersOf(asked, X, ctx);
    for (const [members, indices] of stacks) {
      const { params, classes } = fitted[indices[0]!]!;
      const Z = metaTable(answers.splice(0, members.length), classes, params.passthrough ? X : null);
      if (method === "transform") {
        for (const i of indices) yield [i, Z];
        continue;
      }
      const finals = indices.map((i) => fitted[i]!.model.finalEstimator);
      for await (const [k, output] of workOn(ctx, X, Z, (inner) => predictAll(finals, Z, method, inner))) {
        yield [indices[k]!, output];
      }
    }
  }

  override validate({ model, params, nFeatures, classes }: FittedWith<P, StackingModel>): void {
    const { name } = this.definition;
    const members = listOf(fittedEstimator, params.estimators.length);
    requireShape(name, model, recordOf({ members, finalEstimator: fittedEstimator }));
    const isLike = (fitted: AnyEstimator, given: AnyEstimator) =>
      fitted.constructor === given.constructor && sameLabels(fitted.state.classes, classes);
    const suits =
      isLike(model.finalEstimator, params.finalEstimator) &&
      params.estimators.every(([, given], i) => {
        const member = model.members[i]!;
        return isLike(member, given) && member.state.nFeatures === nFeatures;
      });
    if (!suits) {
      throw new InvalidModelError(`the stored model of ${name} is damaged: its estimators do not suit each other`);
    }
  }

  get #list(): readonly AnyEstimator[] {
    return Object.values(membersOf(this.params.estimators) as Readonly<Record<string, AnyEstimator>>);
  }
}
