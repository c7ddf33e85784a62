import { InvalidDataError, InvalidParameterError } from "../core/errors.js";
import type { FitContext, TrainingData } from "../core/estimator.js";
import { merge } from "../core/merge.js";
import { Rng } from "../core/random.js";
import type { LabelTarget, NumberTarget } from "../core/target.js";
import { lanesOf } from "../parallel/map-tasks.js";
import { ShuffleSplit } from "../split/shuffle-split.js";
import { StratifiedShuffleSplit } from "../split/stratified-shuffle-split.js";
import { chooseNetwork, type Recipe } from "./choose-network.js";
import type { NeuralModel } from "./neural-model.js";
import { optimizerOf } from "./optimizers.js";
import { dependsOnTotal } from "./schedules.js";
import { type Course, trainNetwork, type WatchedRows } from "./train-network.js";
import { wasmBackend } from "./wasm-backend.js";

type Data = TrainingData<LabelTarget | NumberTarget>;

/**
 * Trains all candidates, a pool's width of them at a time. Those that differ in the number of epochs only are beginnings of the
 * longest training, which is done once.
 */
export async function* learnNetworks(
  data: Data,
  recipes: readonly Recipe[],
  owner: string,
  ctx: FitContext,
): AsyncGenerator<readonly [index: number, model: NeuralModel]> {
  const families: { readonly recipe: Recipe; readonly members: number[] }[] = [];
  for (const [index, recipe] of recipes.entries()) {
    const family = families.find((known) => areOneTraining(known.recipe, recipe));
    if (family === undefined) families.push({ recipe, members: [index] });
    else family.members.push(index);
  }
  const stop = new AbortController();
  const run: FitContext = { ...ctx, signal: AbortSignal.any([ctx.signal, stop.signal]) };
  // Backends of others work where they are called: one training after the other.
  const isParallel = recipes.every(({ backend }) => backend === null);
  const width = isParallel ? Math.min(lanesOf(ctx.pool), families.length) : 1;
  const lane = async function* (first: number): AsyncGenerator<readonly [number, NeuralModel]> {
    for (let i = first; i < families.length; i += width) {
      const { recipe, members } = families[i]!;
      const asked = [...new Set(members.map((index) => recipes[index]!.epochs))].sort((a, b) => a - b);
      for await (const [epochs, model] of trainNetwork(await courseOf(data, recipe, owner), asked, run)) {
        for (const index of members) if (recipes[index]!.epochs === epochs) yield [index, model];
      }
    }
  };
  yield* merge(
    Array.from({ length: width }, (_, first) => lane(first)),
    () => stop.abort(),
  );
}

/** Whether two candidates are one training, of which each is a beginning. */
function areOneTraining(one: Recipe, other: Recipe): boolean {
  if (dependsOnTotal(one.learningRateSchedule) && one.epochs !== other.epochs) return false;
  return isSame(decisiveOf(one), decisiveOf(other));
}

/** All but the number of epochs, and what an estimator makes of its parameters: that is the same where they are. */
function decisiveOf(recipe: Recipe): Readonly<Record<string, unknown>> {
  const { epochs: _, byDefault: _1, lossOf: _2, outputsOf: _3, rowWeights: _4, ...decisive } = recipe;
  return decisive;
}

/** Functions and backends count by identity, plain data by their values. */
function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((value, i) => isSame(value, b[i]));
  if (!isRecord(a) || !isRecord(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && isSame(a[key], b[key]));
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;

/** Everything that is decided before the first epoch. */
async function courseOf({ X, y, sampleWeight, evalSets }: Data, recipe: Recipe, owner: string): Promise<Course> {
  const seed = recipe.randomState!;
  const isClasses = y.kind === "labels";
  const { network, weights: firstWeights, loss } = await chooseNetwork(recipe, X.cols, owner);
  const targets = Float32Array.from(isClasses ? y.codes : y.values);
  const rows = dividedRows(recipe, y, seed, owner);
  const weights = recipe.rowWeights;
  const part = <T extends Float32Array | Float64Array>(values: T): T =>
    rows === null
      ? values
      : (values.constructor as unknown as { from(rows: Uint32Array, of: (row: number) => number): T }).from(
          rows.train,
          (row) => values[row]!,
        );
  const optimizer = optimizerOf(recipe.optimizer);
  const watched = evalSets.map(
    (set): WatchedRows => ({
      name: historyNameOf(set.name),
      X: set.X,
      targets: Float32Array.from(set.y.kind === "labels" ? set.y.codes : (set.y as NumberTarget).values),
      weights: set.sampleWeight,
    }),
  );
  if (rows !== null) {
    const held = rows.test;
    watched.push({
      name: "val",
      X: X.take(held),
      targets: Float32Array.from(held, (row) => targets[row]!),
      // Weights of classes are for learning, as in Keras.
      weights: sampleWeight === null ? null : Float64Array.from(held, (row) => sampleWeight[row]!),
    });
    requireSomeWeight(sampleWeight, held, "holds out", owner);
    requireSomeWeight(sampleWeight, rows.train, "leaves", owner);
  }
  const twice = watched.find(({ name }, at) => watched.findIndex((other) => other.name === name) < at);
  if (twice !== undefined) {
    throw new InvalidParameterError(
      `evalSet of ${owner} must not hold "validation" beside ${rows === null ? "" : "validationSplit or "}"val", as both are "${twice.name}Loss" in the history; give it another name`,
      "evalSet",
    );
  }
  return {
    setup: {
      network,
      weights: firstWeights,
      loss,
      optimizer: recipe.learningRate === null ? optimizer : { ...optimizer, learningRate: recipe.learningRate },
      batchSize: recipe.batchSize,
      X: rows === null ? X : X.take(rows.train),
      targets: part(targets),
      rowWeights: weights === null ? null : f32Weights(part(weights)),
    },
    backend: recipe.backend ?? wasmBackend,
    seed,
    shuffle: recipe.shuffle,
    schedule: recipe.learningRateSchedule,
    earlyStopping: recipe.earlyStopping,
    watched,
    isClasses,
    owner,
  };
}

/** The rows to learn from and those that are held out; null without validationSplit. */
function dividedRows({ validationSplit }: Recipe, y: LabelTarget | NumberTarget, seed: number, owner: string) {
  if (validationSplit === 0) return null;
  requireEnoughRows(validationSplit, y, owner);
  const options = {
    nSplits: 1,
    testSize: validationSplit,
    randomState: new Rng(seed).stream("validation").seed64()[0],
  };
  const [split] =
    y.kind === "labels"
      ? new StratifiedShuffleSplit(options).split(y.length, y.codes)
      : new ShuffleSplit(options).split(y.length);
  // In their own order, so that what is not shuffled stays as it is.
  return { train: split!.train.sort(), test: split!.test.sort() };
}

/** Of evaluation sets, the one without a name is "val", as in Keras. */
const historyNameOf = (name: string) => (name === "validation" ? "val" : name);

/** Both parts need a row, and of classes a row of each. */
function requireEnoughRows(share: number, y: LabelTarget | NumberTarget, owner: string): void {
  const held = Math.ceil(share * y.length);
  const needed = y.kind === "labels" ? y.classes.length : 1;
  if (held < needed || y.length - held < needed) {
    const what = needed === 1 ? "a row" : `a row of each of the ${needed} classes`;
    throw new InvalidParameterError(
      `validationSplit of ${owner} must hold out and leave ${what}; got ${share}, which holds out ${held} of ${y.length} rows`,
      "validationSplit",
    );
  }
  if (y.kind !== "labels") return;
  const counts = new Uint32Array(needed);
  for (const code of y.codes) counts[code]!++;
  const rare = counts.indexOf(1);
  if (rare < 0) return;
  throw new InvalidDataError(
    `validationSplit of ${owner} needs at least 2 rows of every class; class ${JSON.stringify(y.classes[rare])} has 1`,
  );
}

function requireSomeWeight(weights: Float64Array | null, rows: Uint32Array, verb: string, owner: string): void {
  if (weights === null || rows.some((row) => weights[row]! > 0)) return;
  throw new InvalidDataError(
    `sampleWeight of ${owner} must not be 0 for all ${rows.length} rows that validationSplit ${verb}`,
  );
}

function f32Weights(weights: Float64Array): Float32Array {
  const out = Float32Array.from(weights);
  const row = out.indexOf(Infinity);
  if (row >= 0) throw new InvalidDataError(`sampleWeight must fit into f32; got ${weights[row]}`);
  return out;
}
