import { columnsOf, sideBySide } from "../core/columns.js";
import { InvalidDataError, InvalidModelError } from "../core/errors.js";
import {
  type AnyEstimator,
  type Definition,
  Estimator,
  type FitContext,
  type FittedWith,
  type Method,
  type RunContext,
  type TrainingData,
} from "../core/estimator.js";
import { fitAll } from "../core/fit-all.js";
import type { Matrix } from "../core/matrix.js";
import { fittedEstimator, listOf, recordOf, requireShape } from "../core/model-shape.js";
import { namesComplaint } from "../core/named-estimators.js";
import { oneOf, rule } from "../core/params.js";
import { predictAll } from "../core/predict-all.js";
import { Transformer } from "../core/transformer.js";
import {
  type ColumnMembers,
  type ColumnPart,
  type Columns,
  type ColumnTransformers,
  checkColumns,
  isColumns,
  partsOf,
  widthOf,
} from "./column-choice.js";

export interface ColumnTransformerParams<T extends ColumnTransformers = ColumnTransformers> {
  /**
   * What happens to which columns: [name, transformer, columns], the columns as indices or as `{ from, to }` (without `to`). In place
   * of a transformer, "drop" leaves them out and "passthrough" leaves them as they are.
   */
  readonly transformers: T;
  /** What happens to columns that nobody names; passed through, they come last. Default "drop". */
  readonly remainder: "drop" | "passthrough";
}

export interface ColumnTransformerModel {
  /** The fitted transformers, in order. */
  readonly transformers: readonly AnyEstimator[];
}

const NAME = "ColumnTransformer";

const definition: Definition<ColumnTransformerParams> = {
  name: NAME,
  schema: {
    transformers: rule<ColumnTransformers>({
      default: [],
      expected: 'a non-empty array of [name, transformer or "drop" or "passthrough", columns]',
      allows: (value) => isList(value) && value.length > 0,
      samples: [],
      wrong: [
        [],
        null,
        "scale",
        [["scale"]],
        [["scale", "passthrough"]],
        [["scale", "keep", [0]]],
        [["a", "drop", []]],
      ],
    }),
    remainder: oneOf("drop", "drop", "passthrough"),
  },
  check: ({ transformers }) =>
    namesComplaint(transformers, "transformers", NAME, ["transformers", "remainder"]) ?? kindComplaint(transformers),
};

function isList(value: unknown): value is ColumnTransformers {
  const isWhat = (what: unknown) => what instanceof Estimator || what === "drop" || what === "passthrough";
  const isPart = (part: unknown) =>
    Array.isArray(part) && part.length === 3 && typeof part[0] === "string" && isWhat(part[1]) && isColumns(part[2]);
  return Array.isArray(value) && value.every(isPart);
}

function kindComplaint(transformers: ColumnTransformers): string | null {
  for (const [name, what] of transformers) {
    if (typeof what === "string" || (what.methods.includes("transform") && what.target === "none")) continue;
    return `transformers of ${NAME} must be transformers; got "${name}" (${what.definition.name}), which is none`;
  }
  return null;
}

/**
 * Gives columns to transformers of their own and puts what they make side by side, in the order of `transformers`. Rows may mix
 * numbers, strings and booleans, NaN being what is missing: columns of numbers come to their transformer as numbers. Parameters of
 * transformers are `name__param`.
 *
 * Candidates of a search share their parts: equal transformers of the same columns are fitted once. Nobody is given sampleWeight.
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.compose.ColumnTransformer.html
 */
export class ColumnTransformer<const T extends ColumnTransformers = ColumnTransformers> extends Transformer<
  ColumnTransformerParams<T>,
  ColumnTransformerModel,
  ColumnMembers<T>
> {
  constructor(params: Partial<ColumnTransformerParams<T>> = {}) {
    super(definition as unknown as Definition<ColumnTransformerParams<T>>, params);
  }

  override get members(): ColumnMembers<T> {
    return Object.fromEntries(membersIn(this.params.transformers)) as ColumnMembers<T>;
  }

  protected override withMembers(members: Readonly<Record<string, AnyEstimator>>): Partial<ColumnTransformerParams<T>> {
    const { transformers } = this.params;
    if (!isList(transformers)) return {};
    return { transformers: transformers.map(([name, what, at]) => [name, members[name] ?? what, at]) as unknown as T };
  }

  /** Of some columns it is let through; those who do not take it refuse it in theirs. */
  override get allowsNaN(): boolean {
    return this.#takes((member) => member.allowsNaN);
  }

  override get allowsLabels(): boolean {
    return this.#takes((member) => member.allowsLabels);
  }

  /**
   * The fitted transformers by name.
   * @throws NotFittedError
   */
  get namedTransformers(): ColumnMembers<T> {
    const { transformers } = this.state.model;
    const named = membersIn(this.params.transformers).map(([name], i) => [name, transformers[i]!]);
    return Object.fromEntries(named) as ColumnMembers<T>;
  }

  override async *learnMany(
    { X }: TrainingData,
    candidates: readonly Readonly<ColumnTransformerParams<T>>[],
    ctx: FitContext,
  ): AsyncGenerator<readonly [index: number, model: ColumnTransformerModel]> {
    const { progress, ...run } = ctx;
    const parts = candidates.map(({ transformers, remainder }) => partsOf(transformers, remainder, X.cols));
    const teams = candidates.map(({ transformers }) => membersIn(transformers).map(([, member]) => member.clone()));
    const left = teams.map((team) => team.length);
    const total = left.reduce((sum, count) => sum + count, 0);
    let done = 0;
    const failures: unknown[] = [];
    for (const [index, team] of teams.entries()) if (team.length === 0) yield [index, { transformers: team }];
    for (const { columns, seats } of groupsOf(parts)) {
      const members = seats.map(({ index, part }) => teams[index]![part.member]!);
      const onFailure = (_seat: number, error: unknown) => {
        if (candidates.length === 1) throw inColumns(error, columns);
        failures.push(error);
      };
      for await (const seat of fitAll(members, await columnsOf(X, columns, run), null, { ...run, onFailure })) {
        progress({ what: "transformers", done: ++done, total });
        const { index } = seats[seat]!;
        left[index]! -= 1;
        if (left[index] === 0) yield [index, { transformers: teams[index]! }];
      }
    }
    // Candidates that were left out are then tried alone, so that each failure lands on its own candidate.
    if (failures.length > 0) throw failures[0];
  }

  override async *inferMany(
    fitted: readonly FittedWith<ColumnTransformerParams<T>, ColumnTransformerModel>[],
    X: Matrix,
    method: Method,
    ctx: RunContext,
  ): AsyncGenerator<readonly [index: number, output: Matrix]> {
    const parts = fitted.map(({ params }) => partsOf(params.transformers, params.remainder, X.cols));
    const made = new Map<ColumnPart, Matrix>();
    for (const { columns, seats } of groupsOf(parts)) {
      const members = seats.map(({ index, part }) => fitted[index]!.model.transformers[part.member]!);
      try {
        const answers = predictAll(members, await columnsOf(X, columns, ctx), method, ctx);
        for await (const [seat, output] of answers) made.set(seats[seat]!.part, output as Matrix);
      } catch (error) {
        throw inColumns(error, columns);
      }
    }
    for (const [index, own] of parts.entries()) {
      const tables: Matrix[] = [];
      for (const part of own) tables.push(made.get(part) ?? (await columnsOf(X, part.columns, ctx)));
      yield [index, tables.length === 1 ? tables[0]! : await sideBySide(tables, ctx.signal)];
    }
  }

  override validate({
    model,
    params,
    nFeatures,
  }: FittedWith<ColumnTransformerParams<T>, ColumnTransformerModel>): void {
    const members = membersIn(params.transformers);
    requireShape(NAME, model, recordOf({ transformers: listOf(fittedEstimator, members.length) }));
    // Nothing is made of the number of columns, which a file may say is anything.
    checkColumns(params.transformers, nFeatures);
    for (const [i, [name, given, columns]] of members.entries()) {
      const fitted = model.transformers[i]!;
      if (fitted.constructor === given.constructor && fitted.state.nFeatures === widthOf(columns)) continue;
      throw new InvalidModelError(`the stored model of ${NAME} is damaged: its "${name}" is not like its parameter`);
    }
  }

  /** Whether one of the transformers takes it, or columns that pass through do. */
  #takes(does: (member: AnyEstimator) => boolean): boolean {
    const { transformers, remainder } = this.params;
    if (!isList(transformers)) return false;
    return (
      remainder === "passthrough" ||
      transformers.some(([, what]) => what === "passthrough" || (what !== "drop" && does(what)))
    );
  }
}

function membersIn(
  transformers: unknown,
): readonly (readonly [name: string, member: AnyEstimator, columns: Columns])[] {
  if (!isList(transformers)) return [];
  return transformers.flatMap(([name, what, columns]) =>
    typeof what === "string" ? [] : [[name, what, columns] as const],
  );
}

/** Which candidate's part it is. */
interface Seat {
  readonly index: number;
  readonly part: ColumnPart;
}

/** The parts of all candidates that are given to transformers, those of the same columns together. */
function groupsOf(candidates: readonly (readonly ColumnPart[])[]): Iterable<{ columns: Uint32Array; seats: Seat[] }> {
  const groups = new Map<string, { columns: Uint32Array; seats: Seat[] }>();
  for (const [index, parts] of candidates.entries()) {
    for (const part of parts.filter(({ member }) => member >= 0)) {
      const key = part.columns.join();
      const group = groups.get(key);
      if (group === undefined) groups.set(key, { columns: part.columns, seats: [{ index, part }] });
      else group.seats.push({ index, part });
    }
  }
  return groups.values();
}

/** What went wrong with some columns, told of the columns of X. */
function inColumns(error: unknown, columns: Uint32Array): unknown {
  if (!(error instanceof InvalidDataError)) return error;
  const column = error.column === undefined ? undefined : columns[error.column];
  const message = `in the table of the columns ${columns.join(", ")} of X: ${error.message}`;
  return new InvalidDataError(message, error.row, column);
}
