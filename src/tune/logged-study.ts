import type { Distribution } from "../model-selection/distributions.js";
import type { FrozenTrial, Json } from "./frozen-trial.js";
import type { LoggedTrial } from "./logged-trial.js";
import type { Direction, StudyView } from "./sampler.js";

/** A study as the records so far say; only the log changes it. */
export class LoggedStudy implements StudyView {
  readonly id: number;
  readonly name: string;
  /** One for each objective. */
  readonly directions: readonly Direction[];
  /** Who created it. */
  readonly creator: string;
  readonly userAttrs = new Map<string, Json>();
  readonly systemAttrs = new Map<string, Json>();
  /** In the order of their numbers. */
  readonly logged: LoggedTrial[] = [];
  /** Ids in the log, in the same order. */
  readonly trialIds: number[] = [];
  /** Numbers of the trials that wait for somebody to run them. */
  readonly waiting = new Set<number>();
  readonly #frozen: FrozenTrial[] = [];
  /** Numbers of the trials that are to be frozen anew. */
  readonly #changed = new Set<number>();
  #trials: readonly FrozenTrial[] = [];
  /** The distribution that each parameter has in the first trial that has it, by name. */
  readonly #firsts = new Map<string, { readonly number: number; readonly distribution: Distribution }>();

  constructor(id: number, name: string, directions: readonly Direction[], creator: string) {
    this.id = id;
    this.name = name;
    this.directions = directions;
    this.creator = creator;
  }

  /** That of the first objective. */
  get direction(): Direction {
    return this.directions[0] ?? "minimize";
  }

  /** The trials as they are now; the same array until one changes. */
  get trials(): readonly FrozenTrial[] {
    if (this.#changed.size === 0) return this.#trials;
    for (const number of this.#changed) this.#frozen[number] = this.logged[number]!.freeze();
    this.#changed.clear();
    this.#trials = this.#frozen.slice();
    return this.#trials;
  }

  /** To be called after each change of a trial. */
  touch(trial: LoggedTrial): void {
    trial.touch();
    this.#changed.add(trial.number);
    if (trial.state === "waiting") this.waiting.add(trial.number);
    else this.waiting.delete(trial.number);
  }

  /** The distribution that others of this parameter must be compatible with. */
  firstDistribution(name: string): Distribution | undefined {
    return this.#firsts.get(name)?.distribution;
  }

  /** To be called where a trial gets a parameter. */
  noteDistribution(name: string, distribution: Distribution, { number }: LoggedTrial): void {
    const first = this.#firsts.get(name);
    if (first === undefined || number <= first.number) this.#firsts.set(name, { number, distribution });
  }
}
