import { quantile } from "./answer.mjs";
import { uniforms } from "./data.mjs";

const RESAMPLES = 2000;

/**
 * The `summary` of a row whose sides answer the least values that they found, one for each seed: how likely a run of ours is to
 * find a smaller one than a run of theirs, ties counting half (the statistic of H. B. Mann and D. R. Whitney, 1947), with the
 * 90 % interval of a percentile bootstrap over the seeds of each side.
 */
export function compareBest({ ours, peer }) {
  if (Math.abs(ours.probe - peer.probe) > 1e-12 * Math.max(1, Math.abs(peer.probe))) {
    throw new Error(`the sides do not have the same problem: ${ours.probe} here, ${peer.probe} there`);
  }
  const probability = probabilityOfLess(ours.best, peer.best);
  const uniform = uniforms(1);
  const resampled = (values) => values.map(() => values[Math.floor(uniform() * values.length)]);
  const bootstrapped = Array.from({ length: RESAMPLES }, () =>
    probabilityOfLess(resampled(ours.best), resampled(peer.best)),
  );
  const [low, high] = [quantile(bootstrapped, 0.05), quantile(bootstrapped, 0.95)];
  return {
    ratio: probability,
    goal_of: "p_better_low",
    p_better_low: low,
    p_better: probability,
    p_better_high: high,
    ours_median_best: quantile(ours.best, 0.5),
    peer_median_best: quantile(peer.best, 0.5),
    ours_best: ours.best,
    peer_best: peer.best,
  };
}

/** The share of pairs in which the value of `a` is the smaller one. */
function probabilityOfLess(a, b) {
  const sorted = b.toSorted((x, y) => x - y);
  const sum = a.reduce(
    (total, x) => total + (b.length - countLess(sorted, x, true) + (b.length - countLess(sorted, x, false))) / 2,
    0,
  );
  return sum / (a.length * b.length);
}

/** How many of the sorted values are less than x, or as large at most. */
function countLess(sorted, x, orEqual) {
  let [from, to] = [0, sorted.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (sorted[middle] < x || (orEqual && sorted[middle] === x)) from = middle + 1;
    else to = middle;
  }
  return from;
}
