import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Data, loadData, PIXEL_SCALE } from "mnist-example/data";
import { type Family, families } from "mnist-example/families";
import { logBestOfAll } from "mnist-example/log-outcomes";
import { ReportFolder } from "mnist-example/report-folder";
import { bestOf, type Outcome, type Trained, trainFamily, vote } from "mnist-example/train";
import { KerasStyleClassifier, type Pool, threadPool } from "trellis-learn";
import { loadModel, modelStore, replaceFile, searchJournal } from "trellis-learn/node";
import type { JobContext } from "trellis-learn/serve";
import type { Delivery, Tracker } from "trellis-learn/tracking";
import { bestParametersOf, entryOf } from "./best-parameters.js";
import { FinishedFamilies } from "./finished-families.js";
import { camelCase, renamed } from "./parameter-names.js";
import { searchEvents } from "./search-events.js";
import type { StateFolder } from "./state-folder.js";
import { candidatesOf } from "./training-grids.js";
import { trainingId } from "./training-id.js";
import type { FamilySearch, TrainingSpec } from "./training-request.js";
import { trainingRuns } from "./training-runs.js";

/** Where a training works. */
export interface Workplace {
  readonly state: StateFolder;
  /** How many images to take; null for all. */
  readonly rows: number | null;
}

/** What became of a training. */
export interface TrainingResult {
  readonly message: string;
  readonly best_model: string;
  readonly models: readonly PublishedModel[];
  readonly mlflow: Delivery;
}

export interface PublishedModel {
  readonly name: string;
  readonly version: number;
}

/**
 * Searches the grids of the families, lets their best models vote, and publishes them all. After a kill it goes on where it was: with
 * the scores in the journals of the searches, and without the families that were finished.
 *
 * @throws what the searches throw; AllFitsFailedError, for example
 */
export async function train(spec: TrainingSpec, context: JobContext, workplace: Workplace): Promise<TrainingResult> {
  const pool = threadPool();
  try {
    const id = await trainingId(context.folder);
    return await new Training(id, spec, context, workplace, pool).run();
  } finally {
    await pool.close();
  }
}

class Training {
  readonly #id: string;
  readonly #spec: TrainingSpec;
  readonly #context: JobContext;
  readonly #workplace: Workplace;
  readonly #pool: Pool;
  readonly #tracker: Tracker;
  readonly #report: ReportFolder;
  readonly #finished: FinishedFamilies;

  constructor(id: string, spec: TrainingSpec, context: JobContext, workplace: Workplace, pool: Pool) {
    this.#id = id;
    this.#spec = spec;
    this.#context = context;
    this.#workplace = workplace;
    this.#pool = pool;
    this.#tracker = trainingRuns(id, workplace.state);
    this.#report = new ReportFolder(join(context.folder, "report"));
    this.#finished = new FinishedFamilies(join(context.folder, "finished"));
  }

  async run(): Promise<TrainingResult> {
    const { emit } = this.#context;
    await this.#report.create();
    await this.#finished.create();
    const data = await loadData(!this.#spec.use_small_dataset, this.#workplace.rows);
    const searches = families.flatMap((family) => {
      const search = this.#spec.grid_search_params[family.name];
      return search === undefined ? [] : [[family, search] as const];
    });
    emit("training-started", {
      families: searches.map(([{ name }]) => name),
      folds: Object.fromEntries(searches.map(([{ name }, { cv }]) => [name, cv])),
      candidates: Object.fromEntries(searches.map(([{ name }, { param }]) => [name, candidatesOf(param)])),
      rows: data.train.X.rows,
    });

    const trained: Trained[] = [];
    for (const [family, search] of searches) trained.push(await this.#family(family, search, data));
    const best = bestOf(trained);
    const ensemble = trained.length > 1 ? await this.#ensemble(trained, data) : null;
    await logBestOfAll(this.#tracker, best);
    await this.#finished.settled();
    for (const message of this.#report.notes) emit("log", { message });

    const outcomes = trained.map(({ outcome }) => outcome);
    const models = await this.#publish([...outcomes, ...(ensemble === null ? [] : [ensemble])]);
    const parameters = bestParametersOf(best.outcome, outcomes);
    await replaceFile(this.#workplace.state.bestParameters, Buffer.from(JSON.stringify(parameters, null, 2)));
    emit("published", { models });
    const mlflow = await this.#tracker.flush();
    return { message: messageOf(mlflow), best_model: best.outcome.name, models, mlflow };
  }

  async #family(family: Family, search: FamilySearch, data: Data): Promise<Trained> {
    const { name } = family;
    const known = await this.#finished.find(name);
    if (known !== null) {
      this.#context.emit("log", { message: `${name} was finished before` });
      return { outcome: known, model: await loadModel(this.#report.modelPath(name)) };
    }
    const trained = await this.#search(family, search, data);
    this.#tellOf(trained);
    this.#finished.keep(trained.outcome, this.#tracker.flush());
    return trained;
  }

  #search(family: Family, { param, cv, n_jobs: nJobs }: FamilySearch, data: Data): Promise<Trained> {
    const { folder, signal, emit } = this.#context;
    emit("family-started", { family: family.name, candidates: candidatesOf(param), folds: cv });
    const paramGrid = renamed(param, camelCase);
    const asked = { paramGrid, cv, nJobs, errorScore: Number.NaN };
    // The names and values of the grid were checked by the request; the compiler knows those of families.ts only.
    const search = family.search.clone(asked as object) as Family["search"];
    return trainFamily({ ...family, search } as Family, data, this.#report, this.#tracker, {
      signal,
      pool: this.#pool,
      journal: searchJournal(join(folder, `${family.name}.journal`)),
      onEvent: searchEvents(family.name, emit),
    });
  }

  #tellOf({ model, outcome }: Trained): void {
    const { emit } = this.#context;
    const { name: family, seconds, test } = outcome;
    if (model instanceof KerasStyleClassifier) {
      const { loss = [], accuracy = [] } = model.history;
      for (const [i, value] of loss.entries())
        emit("epoch", { family, epoch: i + 1, loss: value, accuracy: accuracy[i] ?? null });
    }
    const { name: _, ...entry } = entryOf(outcome);
    emit("family-finished", { family, ...entry, seconds, confusion: test.confusion });
  }

  async #ensemble(trained: readonly Trained[], data: Data): Promise<Outcome> {
    const { signal, emit } = this.#context;
    const { outcome } = await vote(trained, data, this.#report, this.#tracker, { signal, pool: this.#pool });
    emit("ensemble-finished", { ...ensembleFacts(outcome), confusion: outcome.test.confusion });
    return outcome;
  }

  /** A training that goes on after a kill publishes nothing twice. */
  async #publish(outcomes: readonly Outcome[]): Promise<PublishedModel[]> {
    const store = modelStore(this.#workplace.state.models);
    const published: PublishedModel[] = [];
    for (const outcome of outcomes) {
      const { name } = outcome;
      const current = await store.current(name);
      const scores = outcome.cvScore === null ? ensembleFacts(outcome) : entryOf(outcome);
      const facts = { training: this.#id, scale: PIXEL_SCALE, ...scores, confusion: outcome.test.confusion };
      const { version } =
        current?.facts.training === this.#id
          ? current
          : await store.publish(name, await readFile(this.#report.modelPath(name)), facts);
      published.push({ name, version });
    }
    return published;
  }
}

function ensembleFacts({ test: { accuracy, recall, precision, f1 } }: Outcome): Record<string, number> {
  return { accuracy, recall, precision, f1_score: f1 };
}

function messageOf({ queued, lost }: Delivery): string {
  if (queued > 0) return `Training completed; MLflow is unreachable, ${queued} records are queued`;
  if (lost > 0) return `Training completed; ${lost} records could not be logged to MLflow`;
  return "Training completed and logged to MLflow";
}
