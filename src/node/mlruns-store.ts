import { resolve } from "node:path";
import { InvalidParameterError } from "../core/errors.js";
import { RecordsRefusedError, type RunRecord, type RunStore } from "../tracking/records.js";
import { FileError, reasonOf } from "./file-error.js";
import { type Experiment, openExperiment } from "./mlruns-experiment.js";
import { keepModel } from "./mlruns-model.js";
import { MlrunsRun } from "./mlruns-run.js";

/** Of `mlrunsStore`. */
export interface MlrunsStoreOptions {
  /** Name of the experiment, which is made if it is not there. Default "Default". */
  readonly experiment?: string;
}

/** What is wrong with a name and not with the disk: it is too long, or a file is where it needs a folder, or a folder. */
const REFUSED = ["ENOTDIR", "EISDIR", "EEXIST", "ENOTEMPTY", "ENAMETOOLONG", "EINVAL"];

/**
 * Keeps runs in a folder as MLflow's file store does, without any server: `mlflow ui --backend-store-uri ./mlruns` shows
 * them. MLflow from 3.13 on opens such folders where the environment has MLFLOW_ALLOW_FILE_STORE=true, or once it has
 * moved them into a database (`mlflow migrate-filestore`). Files are written whole, or appended to.
 *
 * @param folder is made if it is not there; its absolute path goes into what is written
 * @see https://mlflow.org/docs/latest/self-hosting/migrate-from-file-store
 */
export function mlrunsStore(folder: string, options: MlrunsStoreOptions = {}): RunStore {
  return new MlrunsStore(resolve(folder), options.experiment ?? "Default");
}

class MlrunsStore implements RunStore {
  readonly name: string;
  readonly #root: string;
  readonly #experimentName: string;
  readonly #runs = new Map<string, MlrunsRun>();
  #experiment: Experiment | null = null;

  constructor(root: string, experiment: string) {
    this.name = root;
    this.#root = root;
    this.#experimentName = experiment;
  }

  async deliver(records: readonly RunRecord[], signal?: AbortSignal): Promise<void> {
    const experiment = await this.#open();
    let refused = 0;
    let first: unknown = null;
    for (const record of records) {
      signal?.throwIfAborted();
      try {
        await this.#keep(record, experiment);
      } catch (error) {
        if (!isRefusal(error)) throw this.#failure(error);
        refused++;
        first ??= error;
      }
    }
    if (refused > 0) {
      const why = reasonOf(first);
      throw new RecordsRefusedError(`${refused} records cannot be kept in ${this.name}: ${why}`, refused, {
        cause: first,
      });
    }
  }

  async #open(): Promise<Experiment> {
    try {
      this.#experiment ??= await openExperiment(this.#root, this.#experimentName);
      return this.#experiment;
    } catch (error) {
      throw error instanceof InvalidParameterError ? error : this.#failure(error);
    }
  }

  async #keep(record: RunRecord, experiment: Experiment): Promise<void> {
    if (record.type === "run-started") {
      this.#runs.set(record.run, await MlrunsRun.start(experiment, record));
      return;
    }
    const run = this.#runs.get(record.run) ?? (await MlrunsRun.find(experiment, record.run));
    if (run === null) throw new RecordsRefusedError(`its run ${record.run} was never started`, 1);
    this.#runs.set(record.run, run);
    switch (record.type) {
      case "params":
        return run.params(record.values);
      case "metrics":
        return run.metrics(record.values);
      case "tags":
        return run.tags(record.values);
      case "artifact":
        return run.artifact(record.path, record.content);
      case "model":
        return keepModel(this.#root, experiment, run, record);
      case "run-ended":
        this.#runs.delete(record.run);
        return run.end(record.status, record.time);
    }
  }

  #failure(error: unknown): FileError {
    return new FileError(`runs could not be written to ${this.#root}: ${reasonOf(error)}`, this.#root, {
      cause: error,
    });
  }
}

/** Whether it would be the same if it were tried again. */
function isRefusal(error: unknown): boolean {
  if (error instanceof InvalidParameterError || error instanceof RecordsRefusedError) return true;
  return REFUSED.includes((error as NodeJS.ErrnoException).code ?? "");
}
