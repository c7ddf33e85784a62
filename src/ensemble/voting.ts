import { Classifier } from "../core/classifier.js";
import { InvalidModelError } from "../core/errors.js";
import type {
  AnyEstimator,
  Definition,
  FitContext,
  FittedWith,
  Method,
  Output,
  RunContext,
  TrainingData,
} from "../core/estimator.js";
import { fitAll } from "../core/fit-all.js";
import { type Label, sameLabels } from "../core/labels.js";
import { Matrix } from "../core/matrix.js";
import { fittedEstimator, listOf, recordOf, requireShape } from "../core/model-shape.js";
import {
  type MembersOf,
  membersOf,
  type NamedEstimators,
  namedEstimators,
  namesComplaint,
  renamed,
} from "../core/named-estimators.js";
import { boolean, oneOf, rule } from "../core/params.js";
import { predictAll } from "../core/predict-all.js";
import { asFitted } from "../core/prefit.js";
import type { LabelTarget } from "../core/target.js";
import { describe } from "../core/to-matrix.js";

export interface VotingClassifierParams<T extends NamedEstimators = NamedEstimators> {
  /** The classifiers that vote, as pairs [name, classifier]. */
  readonly estimators: T;
  /** "hard": each member votes for the label that it predicts; "soft": their probabilities are averaged. Default "hard". */
  readonly voting: "hard" | "soft";
  /** How much each member counts, one number >= 0 each, not all zero; null for 1 each. Default null. */
  readonly weights: readonly number[] | null;
  /** The members are fitted already and are used as they are; fit only checks that they suit the data. Default false. */
  readonly prefit: boolean;
}

export interface VotingModel {
  /** The fitted members, in the order of `estimators`. */
  readonly members: readonly AnyEstimator[];
}

const NAME = "VotingClassifier";
const OWN = ["estimators", "voting", "weights", "prefit"] as const;

const definition: Definition<VotingClassifierParams> = {
  name: NAME,
  schema: {
    estimators: namedEstimators(),
    voting: { ...oneOf("hard", "hard", "soft"), samples: ["soft"] },
    weights: rule<readonly number[] | null>({
      default: null,
      expected: "null or an array of numbers",
      allows: (value) => value === null || (Array.isArray(value) && value.every((w) => typeof w === "number")),
      samples: [null],
      wrong: [1, "uniform", ["1"], [null], { rf: 1 }],
    }),
    // True suits fitted members only, so it is no sample.
    prefit: { ...boolean(false), samples: [false] },
  },
  check: ({ estimators, voting, weights }) =>
    namesComplaint(estimators, "estimators", NAME, OWN) ??
    kindComplaint(estimators, voting) ??
    (weights === null ? null : weightsComplaint(weights, estimators)),
};

function kindComplaint(estimators: NamedEstimators, voting: "hard" | "soft"): string | null {
  for (const [name, member] of estimators) {
    const who = `"${name}" (${member.definition.name})`;
    if (member.target !== "labels") return `estimators of ${NAME} must be classifiers; ${who} is none`;
    const needed = voting === "soft" ? "predictProba" : "predict";
    if (!member.methods.includes(needed)) {
      return `estimators of ${NAME} must have ${needed} where voting is "${voting}"; ${who} has ${member.methods.join(", ")}`;
    }
  }
  return null;
}

function weightsComplaint(weights: readonly number[], estimators: NamedEstimators): string | null {
  const names = estimators.map(([name]) => name).join(", ");
  if (weights.length !== estimators.length) {
    return `weights of ${NAME} must be one for each of its ${estimators.length} members ${names}; got ${weights.length}`;
  }
  const wrong = weights.findIndex((weight) => !(Number.isFinite(weight) && weight >= 0));
  if (wrong >= 0) {
    return `weights of ${NAME} must be finite numbers >= 0; got ${describe(weights[wrong])} for "${estimators[wrong]![0]}"`;
  }
  return weights.every((weight) => weight === 0)
    ? `weights of ${NAME} must not all be zero; got zero for each of ${names}`
    : null;
}

/**
 * Several classifiers that decide together. "hard": the label with most votes wins (by weight; the lowest label among
 * equals); "soft": the label with the largest mean probability. Members may be any classifiers, composites too; their
 * parameters are `name__param` in grids and patches.
 *
 * The members of all candidates of a search are fitted together, so that a grid over several members costs the sum of
 * their grids, not the product. Every member is given sampleWeight and evalSet; those that do not use them learn as
 * without.
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.ensemble.VotingClassifier.html
 */
export class VotingClassifier<const T extends NamedEstimators = NamedEstimators> extends Classifier<
  VotingClassifierParams<T>,
  VotingModel,
  MembersOf<T>
> {
  constructor(params: Partial<VotingClassifierParams<T>> = {}) {
    super(definition as unknown as Definition<VotingClassifierParams<T>>, params);
  }

  override get members(): MembersOf<T> {
    return membersOf(this.params.estimators);
  }

  protected override withMembers(members: Readonly<Record<string, AnyEstimator>>): Partial<VotingClassifierParams<T>> {
    return { estimators: renamed(this.params.estimators, members) };
  }

  /** Probabilities come from soft votes alone. */
  override get methods(): readonly Method[] {
    return this.params.voting === "soft" ? ["predict", "predictProba"] : ["predict"];
  }

  override get allowsNaN(): boolean {
    return this.#list.every((member) => member.allowsNaN);
  }

  override get allowsLabels(): boolean {
    return this.#list.every((member) => member.allowsLabels);
  }

  override get usesSampleWeight(): boolean {
    return !this.params.prefit && this.#list.every((member) => member.usesSampleWeight);
  }

  override get usesEvalSet(): boolean {
    return !this.params.prefit && this.#list.some((member) => member.usesEvalSet);
  }

  /**
   * The fitted members by name.
   * @throws NotFittedError
   */
  get namedEstimators(): MembersOf<T> {
    const { members } = this.state.model;
    return membersOf(this.params.estimators.map(([name], i) => [name, members[i]!]) as unknown as T);
  }

  override async *learnMany(
    data: TrainingData<LabelTarget>,
    candidates: readonly Readonly<VotingClassifierParams<T>>[],
    ctx: FitContext,
  ): AsyncGenerator<readonly [index: number, model: VotingModel]> {
    const teams = new Map<number, readonly AnyEstimator[]>();
    for (const [i, { estimators, prefit }] of candidates.entries()) {
      if (prefit) yield [i, { members: estimators.map(([name, member]) => prefitMember(name, member, data)) }];
      else
        teams.set(
          i,
          estimators.map(([, member]) => member.clone()),
        );
    }
    yield* fitTeams(teams, data, ctx);
  }

  /** Votes, or mean probabilities: in both the largest wins. */
  override async *inferMany(
    fitted: readonly FittedWith<VotingClassifierParams<T>, VotingModel>[],
    X: Matrix,
    _method: Method,
    ctx: RunContext,
  ): AsyncGenerator<readonly [index: number, output: Matrix]> {
    for (const voting of ["soft", "hard"] as const) {
      const asked = [...fitted.keys()].filter((i) => fitted[i]!.params.voting === voting);
      const seats = asked.flatMap((i) => fitted[i]!.model.members.map((member, place) => ({ i, member, place })));
      const ballots = new Map(asked.map((i) => [i, new Map<number, Output>()]));
      const answers = predictAll(
        seats.map(({ member }) => member),
        X,
        voting === "soft" ? "predictProba" : "predict",
        ctx,
      );
      for await (const [seat, answer] of answers) {
        const { i, place } = seats[seat]!;
        const given = ballots.get(i)!.set(place, answer);
        const { params, classes, model } = fitted[i]!;
        if (given.size < model.members.length) continue;
        ballots.delete(i);
        const inOrder = model.members.map((_, m) => given.get(m)!);
        const weights = params.weights ?? model.members.map(() => 1);
        yield [
          i,
          voting === "soft"
            ? meanOf(inOrder as Matrix[], weights, classes!.length)
            : votesOf(inOrder as (readonly Label[])[], weights, classes!),
        ];
      }
    }
  }

  override validate(fitted: FittedWith<VotingClassifierParams<T>, VotingModel>): void {
    const { model, params, classes, nFeatures } = fitted;
    requireShape(NAME, model, recordOf({ members: listOf(fittedEstimator, params.estimators.length) }));
    for (const [i, [name, given]] of params.estimators.entries()) {
      const member = model.members[i]!;
      const fits = member.constructor === given.constructor && member.state.nFeatures === nFeatures;
      if (!fits || !sameLabels(member.state.classes, classes!)) {
        throw new InvalidModelError(
          `the stored model of ${NAME} is damaged: its member "${name}" is not like the rest`,
        );
      }
    }
  }

  get #list(): readonly AnyEstimator[] {
    return Object.values(this.members as Readonly<Record<string, AnyEstimator>>);
  }
}

/** Fits the members of all teams together; a team is done with the last of its members. */
async function* fitTeams(
  teams: ReadonlyMap<number, readonly AnyEstimator[]>,
  data: TrainingData<LabelTarget>,
  { progress, ...ctx }: FitContext,
): AsyncGenerator<readonly [index: number, model: VotingModel]> {
  const seats = [...teams].flatMap(([team, members]) => members.map((member) => ({ team, member })));
  const left = new Map([...teams].map(([team, members]) => [team, members.length]));
  const failures: unknown[] = [];
  const options = {
    ...ctx,
    sampleWeight: data.sampleWeight,
    evalSets: data.evalSets,
    onFailure: (_seat: number, error: unknown) => {
      if (teams.size === 1) throw error;
      failures.push(error);
    },
  };
  const members = seats.map(({ member }) => member);
  let done = 0;
  for await (const seat of fitAll(members, data.X, data.y, options)) {
    progress({ what: "members", done: ++done, total: members.length });
    const { team } = seats[seat]!;
    left.set(team, left.get(team)! - 1);
    if (left.get(team) === 0) yield [team, { members: teams.get(team)! }];
  }
  // Teams that were left out are then tried alone, so that each failure lands on its own team.
  if (failures.length > 0) throw failures[0];
}

function prefitMember(name: string, member: AnyEstimator, data: TrainingData): AnyEstimator {
  return asFitted(member, data, `the member "${name}" of ${NAME}`, "where prefit is true");
}

/** For each row the weighted mean of the members' probabilities, summed in the order of the members (numpy.average). */
function meanOf(tables: readonly Matrix[], weights: readonly number[], classes: number): Matrix {
  const rows = tables[0]!.rows;
  const sum = new Float64Array(rows * classes);
  const total = weights.reduce((a, b) => a + b, 0);
  for (const [m, table] of tables.entries()) {
    const { data } = table;
    const weight = weights[m]!;
    for (let k = 0; k < sum.length; k++) sum[k]! += weight * data[k]!;
  }
  for (let k = 0; k < sum.length; k++) sum[k]! /= total;
  return new Matrix(sum, rows, classes);
}

/** For each row the weight of the members that predict each class (numpy.bincount). */
function votesOf(
  ballots: readonly (readonly Label[])[],
  weights: readonly number[],
  classes: readonly Label[],
): Matrix {
  const rows = ballots[0]!.length;
  const codeOf = new Map(classes.map((label, code) => [label, code]));
  const votes = new Float64Array(rows * classes.length);
  for (const [m, labels] of ballots.entries()) {
    const weight = weights[m]!;
    for (let i = 0; i < rows; i++) votes[i * classes.length + codeOf.get(labels[i]!)!]! += weight;
  }
  return new Matrix(votes, rows, classes.length);
}
