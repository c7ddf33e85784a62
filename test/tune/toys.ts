import { Rng } from "../../src/core/random.js";
import { type Distribution, drawUniformly, float, int } from "../../src/model-selection/distributions.js";
import type { Draw, Sampler, StudyView } from "../../src/tune.js";

/** Draws at random; `x` and `k` together, if it is told to, and all else alone. */
export class RandomDraws implements Sampler {
  readonly #rng: Rng;
  readonly #together: ReadonlyMap<string, Distribution>;
  /** The numbers of trials that it drew for, and how many others it saw. */
  readonly seen: [number: number, trials: number][] = [];

  constructor(seed = 0, isTogether = false) {
    this.#rng = new Rng(seed);
    this.#together = new Map<string, Distribution>(
      isTogether
        ? [
            ["x", float(-5, 5)],
            ["k", int(1, 8)],
          ]
        : [],
    );
  }

  drawTogether(study: StudyView, number: number): ReadonlyMap<string, Draw> {
    this.seen.push([number, study.trials.length]);
    return new Map(
      [...this.#together].map(([name, distribution]) => [
        name,
        { distribution, internal: this.drawAlone(study, number, name, distribution) },
      ]),
    );
  }

  drawAlone(_: StudyView, number: number, name: string, distribution: Distribution): number {
    return drawUniformly(distribution, this.#rng.stream(number, name));
  }
}

/** Notes which of its own parameters a trial has when the next one is drawn. */
export class WatchfulDraws extends RandomDraws {
  readonly had: string[][] = [];

  override drawAlone(study: StudyView, number: number, name: string, distribution: Distribution): number {
    this.had.push([...study.trials.find((trial) => trial.number === number)!.internals.keys()]);
    return super.drawAlone(study, number, name, distribution);
  }
}
