import type { MetricValue } from "./records.js";

/**
 * The values of metrics that a run has, so that none counts twice. A value that is delivered again is the same in all its
 * parts. A process that was killed and restarted logs the same step at another time; so of a run that was found, a step
 * that is there counts as logged.
 */
export class KnownMetrics {
  readonly #steps = new Set<string>();
  readonly #values = new Set<string>();

  /** The run was found with these values. */
  found(values: Iterable<Pick<MetricValue, "key" | "step">>): void {
    for (const { key, step } of values) this.#steps.add(`${step} ${key}`);
  }

  /** Takes a value in; whether it is new. */
  add({ key, value, step, time }: MetricValue): boolean {
    const whole = `${step} ${time} ${value} ${key}`;
    if (this.#steps.has(`${step} ${key}`) || this.#values.has(whole)) return false;
    this.#values.add(whole);
    return true;
  }
}
