import { InvalidParameterError } from "../core/errors.js";
import { type AnyEstimator, Estimator } from "../core/estimator.js";
import type { MatrixLike } from "../core/matrix.js";
import type { TargetLike } from "../core/target.js";
import { describe } from "../core/to-matrix.js";
import type { CvResults } from "../model-selection/cv-results.js";
import type { SearchEvent, SearchListener } from "../model-selection/events.js";
import type { SearchFitOptions } from "../model-selection/search-run.js";
import { Candidates, logCandidate, prefixed, withKeys } from "./candidates.js";
import { checkModelOptions } from "./record-rules.js";
import type { RunStatus } from "./records.js";
import { searchPictures } from "./search-pictures.js";
import type { ModelOptions, Run, RunOptions, Tracker } from "./tracker.js";

/** Of `track`. */
export interface TrackOptions extends RunOptions {
  /** Name of the run. Default "search". */
  readonly name?: string;
  /**
   * Which candidates become runs of their own inside the run of the search: "all", each when it has its scores, or so many
   * of the best, at the end. Default 5, as MLflow's autolog does.
   */
  readonly children?: "all" | number;
  /** How the best estimator is registered, or false to leave it out. Default: it is kept, and not registered. */
  readonly model?: ModelOptions | false;
}

/** A search: GridSearchCV, RandomizedSearchCV, HalvingGridSearchCV, TpeTuner. */
export interface TrackableSearch {
  readonly definition: { readonly name: string };
  readonly params: { readonly refit: boolean | string };
  readonly cvResults: CvResults;
  readonly bestEstimator: AnyEstimator;
  /** As `Estimator.getParams`. */
  getParams(): Record<string, unknown>;
  /** As a search's `fit`. */
  fit(X: MatrixLike, y?: TargetLike | null, options?: SearchFitOptions): Promise<unknown>;
}

/** A search that is tracked. */
export interface TrackedSearch {
  /** The run of the search. What is logged to it after the search's end counts, too: scores on test data, for example. */
  readonly run: Run;
  /**
   * Fits a search and logs it: its parameters, the scores of its candidates, and at the end its results, pictures and best
   * model. What happens at the store neither fails nor slows it.
   *
   * @returns the search
   * @throws what its fit throws; the run then ends as failed, or as killed where it was aborted
   */
  fit<S extends TrackableSearch>(
    search: S,
    X: MatrixLike,
    y?: TargetLike | null,
    options?: SearchFitOptions,
  ): Promise<S>;
  /** For whoever calls the search's `fit`: its listener. What `fit` above does is this and `finish` or `fail`. */
  readonly onEvent: SearchListener;
  /** After a fit: logs what was found, and ends the run. Never rejects. */
  finish(search: TrackableSearch): Promise<void>;
  /** Instead of `finish`, where the fit threw. */
  fail(error: unknown, status?: Exclude<RunStatus, "finished">): void;
}

/**
 * Logs a search as a run, and candidates as runs inside it: `await track(tracker, { name: "forest" }).fit(search, X, y)`.
 *
 * With a `key`, and the search with a journal, a search that was killed goes on as the same runs when it is started again,
 * and everything is there once; the runs of candidates have keys that follow from it.
 *
 * @throws InvalidParameterError
 */
export function track(tracker: Tracker, options: TrackOptions = {}): TrackedSearch {
  return new SearchTracking(tracker, options);
}

class SearchTracking implements TrackedSearch {
  readonly run: Run;
  readonly onEvent: SearchListener;
  readonly #tracker: Tracker;
  readonly #children: "all" | number;
  readonly #model: ModelOptions | false;
  readonly #candidates = new Candidates();

  constructor(tracker: Tracker, { name = "search", children = 5, model = {}, ...of }: TrackOptions) {
    if (children !== "all" && !(Number.isSafeInteger(children) && children >= 0)) {
      const got = describe(children);
      throw new InvalidParameterError(`children of track must be "all" or an integer >= 0; got ${got}`, "children");
    }
    if (model !== false) checkModelOptions(model);
    this.#tracker = tracker;
    this.#children = children;
    this.#model = model;
    this.run = tracker.startRun(name, of);
    this.onEvent = (event) => this.#note(event);
  }

  async fit<S extends TrackableSearch>(
    search: S,
    X: MatrixLike,
    y?: TargetLike | null,
    options: SearchFitOptions = {},
  ): Promise<S> {
    this.#describe(search);
    const onEvent: SearchListener = (event, control) => {
      this.#note(event);
      options.onEvent?.(event, control);
    };
    try {
      await search.fit(X, y, { ...options, onEvent });
    } catch (error) {
      this.fail(error, options.signal?.aborted ? "killed" : "failed");
      throw error;
    }
    await this.finish(search);
    return search;
  }

  async finish(search: TrackableSearch): Promise<void> {
    this.#describe(search);
    this.#logBest();
    this.run.artifact("cv_results.csv", search.cvResults.toCsv());
    for (const [file, picture] of await searchPictures(search, this.#candidates.settled)) {
      this.run.artifact(file, picture);
    }
    if (this.#model !== false && search.params.refit !== false) {
      try {
        await this.run.model("best_estimator", search.bestEstimator, this.#model);
      } catch (error) {
        // A class of the user's own, for example, that has no file format; the fit is good all the same.
        this.run.tags({ model_problem: messageOf(error) });
      }
    }
    this.run.end();
  }

  fail(error: unknown, status: Exclude<RunStatus, "finished"> = "failed"): void {
    this.#logBest();
    this.run.tags({ error: messageOf(error) });
    this.run.end(status);
  }

  /** What the search was told, its estimator's parameters included. */
  #describe(search: TrackableSearch): void {
    const params = Object.entries(search.getParams()).map(([name, value]) => [name, plain(value)]);
    this.run.tags({ estimator_name: search.definition.name });
    this.run.params(withKeys(Object.fromEntries(params)));
  }

  #note(event: SearchEvent): void {
    switch (event.type) {
      case "fold-scored":
        this.#candidates.note(event);
        break;
      case "candidate-scored":
      case "trial-pruned": {
        const candidate = this.#candidates.settle(event);
        if (event.best !== null) this.run.metrics({ best_cv_score: event.best.score }, event.done);
        if (this.#children === "all") logCandidate(this.#tracker, this.run, candidate);
        break;
      }
      case "search-stopped":
        this.run.tags({ stop_reason: event.reason });
        break;
      case "refitted":
        this.run.metrics({ refit_seconds: event.seconds });
        break;
      case "search-finished":
        this.run.metrics({ search_seconds: event.seconds });
        this.run.params(withKeys(prefixed("best_", event.bestParams)));
    }
  }

  #logBest(): void {
    if (this.#children === "all") return;
    for (const candidate of this.#candidates.best(this.#children)) logCandidate(this.#tracker, this.run, candidate);
  }
}

/** An estimator, a splitter or a pool stands for its class; plain values for themselves. */
function plain(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  if (value instanceof Estimator) return value.definition.name;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null ? value : value.constructor.name;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
