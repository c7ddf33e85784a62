import { InvalidParameterError } from "../core/errors.js";

export interface HalvingOptions {
  readonly factor: number;
  readonly minResources: number | "exhaust" | "smallest";
  readonly aggressiveElimination: boolean;
}

/** One round of a halving: how many candidates, and what each is given. */
export interface HalvingRound {
  readonly candidates: number;
  readonly resources: number;
}

/**
 * The rounds of successive halving, by scikit-learn's rules: each gives `factor` times more to a `factor`-th of the candidates.
 *
 * @param candidates of the first round
 * @param smallest the least resources that make sense
 * @param most the most resources that a candidate may be given
 * @throws InvalidParameterError if the least is more than the most
 * @see https://scikit-learn.org/stable/modules/grid_search.html#successive-halving-user-guide
 */
export function halvingSchedule(
  candidates: number,
  smallest: number,
  most: number,
  { factor, minResources, aggressiveElimination }: HalvingOptions,
): HalvingRound[] {
  const required = 1 + wholeLog(candidates, factor);
  let least = typeof minResources === "number" ? minResources : smallest;
  if (minResources === "exhaust") least = Math.max(least, Math.floor(most / factor ** (required - 1)));
  if (least > most) {
    throw new InvalidParameterError(
      `minResources of HalvingGridSearchCV must be at most maxResources, which comes to ${most}; got ${least}`,
      "minResources",
    );
  }
  const possible = 1 + wholeLog(Math.floor(most / least), factor);
  const count = aggressiveElimination ? required : Math.min(possible, required);
  const rounds: HalvingRound[] = [];
  let left = candidates;
  for (let i = 0; i < count; i++) {
    const power = aggressiveElimination ? Math.max(0, i - required + possible) : i;
    rounds.push({ candidates: left, resources: Math.min(most, Math.floor(factor ** power * least)) });
    left = Math.ceil(left / factor);
  }
  return rounds;
}

/** The largest integer k with base^k <= value; a logarithm alone may err by one at whole powers. */
function wholeLog(value: number, base: number): number {
  let k = 0;
  while (base ** (k + 1) <= value) k++;
  return k;
}
