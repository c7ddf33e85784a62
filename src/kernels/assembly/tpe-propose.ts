import { draw, fitEstimator, logDensity } from "./tpe-estimator";

/** The candidate of the largest ratio of densities, to out f64[parameters]. See ../tpe-propose.ts. */
export function propose(
  space: u32, parameters: u32, table: u32, good: u32, nGood: u32, other: u32, nOther: u32, uniforms: u32, candidates: u32,
  masses: u32, scratch: u32, out: u32,
): i32 {
  const candidate = scratch;
  const goodOnes = fitEstimator(scratch + (parameters << 3), space, parameters, table, good, nGood, masses);
  const otherOnes = fitEstimator(goodOnes.end, space, parameters, table, other, nOther, masses);
  let largest: f64 = -Infinity;
  for (let i: u32 = 0; i < candidates; i++) {
    draw(goodOnes, uniforms + i * ((1 + parameters) << 3), candidate);
    const logGood = logDensity(goodOnes, candidate, Infinity);
    const enough = logGood - largest;
    const logOther = logDensity(otherOnes, candidate, enough);
    if (i > 0 && !(logOther < enough)) continue;
    largest = logGood - logOther;
    memory.copy(out, candidate, parameters << 3);
  }
  return 0;
}

/** Log densities of points f64[nPoints][parameters] to out f64[nPoints]. See ../tpe-propose.ts. */
export function logDensities(
  space: u32, parameters: u32, table: u32, rows: u32, n: u32, points: u32, nPoints: u32, masses: u32, scratch: u32, out: u32,
): i32 {
  const estimator = fitEstimator(scratch, space, parameters, table, rows, n, masses);
  for (let i: u32 = 0; i < nPoints; i++) {
    store<f64>(out + (i << 3), logDensity(estimator, points + i * (parameters << 3), Infinity));
  }
  return 0;
}
