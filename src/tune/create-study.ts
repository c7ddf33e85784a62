import { InvalidParameterError } from "../core/errors.js";
import { describe } from "../core/to-matrix.js";
import type { LoggedStudy } from "./logged-study.js";
import { memoryStorage } from "./memory-storage.js";
import { MedianPruner } from "./percentile-pruner.js";
import type { Pruner } from "./pruner.js";
import type { Direction, Sampler } from "./sampler.js";
import { Study } from "./study.js";
import { StudyError } from "./study-error.js";
import type { StudyStorage } from "./study-storage.js";
import { TpeSampler } from "./tpe-sampler.js";
import { WorkerNames } from "./worker-names.js";

/** Of `createStudy`. */
export interface CreateStudyOptions {
  /** Of all studies in a storage, one has the name. Default "study". */
  readonly name?: string;
  /** Whether the best value is the smallest or the largest. Default "minimize". */
  readonly direction?: Direction;
  /** Draws the parameters. Default `new TpeSampler()`. */
  readonly sampler?: Sampler;
  /** Says which trials are not worth going on with. Default `new MedianPruner()`. */
  readonly pruner?: Pruner;
  /** Where the study is kept. Default `memoryStorage()`. */
  readonly storage?: StudyStorage;
  /** Whether to go on with the study of this name if there is one. Default false: that is an error. */
  readonly loadIfExists?: boolean;
}

/** Of `loadStudy`. */
export interface LoadStudyOptions extends Pick<CreateStudyOptions, "name" | "sampler" | "pruner"> {
  readonly storage: StudyStorage;
}

/**
 * Makes a study, or goes on with one.
 *
 * @throws InvalidParameterError; StudyError if there is a study of this name, and with `loadIfExists` if it has another
 * direction or several objectives; what the storage or the sampler's `prepare` throws
 */
export async function createStudy(options: CreateStudyOptions = {}): Promise<Study> {
  const { name = "study", direction, storage = memoryStorage(), loadIfExists = false } = options;
  if (typeof name !== "string") {
    throw new InvalidParameterError(`name of createStudy must be a string; got ${describe(name)}`, "name");
  }
  if (direction !== undefined && direction !== "minimize" && direction !== "maximize") {
    throw new InvalidParameterError(
      `direction of createStudy must be one of "minimize", "maximize"; got ${describe(direction)}`,
      "direction",
    );
  }
  const sampler = await prepared(options.sampler);
  const names = new WorkerNames();
  const worker = names.next();
  await storage.refresh();
  if (storage.log.find(name) === undefined) {
    await storage.append([{ op: "create-study", worker, name, directions: [direction ?? "minimize"] }]);
  }
  const study = storage.log.find(name);
  if (study === undefined) throw new StudyError(`study ${name} was deleted`);
  if (study.creator !== worker && !loadIfExists) {
    throw new StudyError(`there is a study ${name} already; loadIfExists goes on with it`);
  }
  if (direction !== undefined && study.direction !== direction) {
    throw new StudyError(`study ${name} is there to ${study.direction}, not to ${direction}`);
  }
  return open(study, names, { ...options, storage, sampler });
}

/**
 * Opens a study that there is: without a name, the only one.
 *
 * @throws StudyError if there is none of this name, or it has several objectives; what the storage throws
 */
export async function loadStudy({ name, ...options }: LoadStudyOptions): Promise<Study> {
  const { storage } = options;
  const sampler = await prepared(options.sampler);
  await storage.refresh();
  const { studies } = storage.log;
  const study = name === undefined && studies.length === 1 ? studies[0] : storage.log.find(name ?? "study");
  if (study === undefined) {
    const there = studies.length === 0 ? "none" : studies.map((other) => other.name).join(", ");
    throw new StudyError(`there is no study ${name ?? "study"}; there is ${there}`);
  }
  return open(study, new WorkerNames(), { ...options, sampler });
}

async function prepared(sampler: Sampler = new TpeSampler()): Promise<Sampler> {
  await sampler.prepare?.();
  return sampler;
}

type OpenOptions = LoadStudyOptions & { readonly sampler: Sampler };

function open(study: LoggedStudy, names: WorkerNames, options: OpenOptions): Study {
  if (study.directions.length !== 1) {
    throw new StudyError(`study ${study.name} has ${study.directions.length} objectives; a study here has one`);
  }
  const { storage, sampler, pruner = new MedianPruner() } = options;
  return new Study({ storage, study, sampler, pruner, names });
}
