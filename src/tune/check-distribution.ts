import { InvalidParameterError } from "../core/errors.js";
import { describe } from "../core/to-matrix.js";
import { type Distribution, isDistribution } from "../model-selection/distributions.js";
import { areCompatible } from "./distribution-json.js";

/**
 * Checks what a parameter is to be drawn from.
 *
 * @param first the distribution that a trial of the study drew it from before; undefined if none did
 * @throws InvalidParameterError if it is no distribution, or one of another kind or with other choices than the first
 */
export function checkDistribution(name: string, distribution: unknown, first: Distribution | undefined): void {
  if (!isDistribution(distribution)) {
    throw new InvalidParameterError(
      `the distribution of ${name} must be made by float, int or choice; got ${describe(distribution)}`,
      name,
    );
  }
  if (first === undefined || areCompatible(first, distribution)) return;
  throw new InvalidParameterError(
    `${name} must be of one kind, and its choices the same, in all trials of a study; it was ${kindOf(first)} and is ${kindOf(distribution)}`,
    name,
  );
}

const kindOf = ({ kind }: Distribution): string => (kind === "choice" ? "a choice" : `a range of ${kind}s`);
