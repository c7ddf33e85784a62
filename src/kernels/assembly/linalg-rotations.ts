// The eigenvalues of a symmetric tridiagonal table by implicit QL steps, and the rotations that they are made of. See
// ../symmetric-eigen.ts.

const MORE: i32 = 1;
const FOUND: u32 = 1;
const FULL: u32 = 2;
const FAILED: u32 = 3;

/** Steps for one eigenvalue; two or three are usual. */
const MOST_STEPS: u32 = 60;
/** Rotations of one call: some milliseconds. */
const BUDGET: i32 = 1 << 17;

/** Progress: u32 values done, u32 steps made for the next, u32 rotations kept, u32 steps kept, u32 how it ended. */
export function findRotations(
  progress: u32, n: u32, values: u32, off: u32, negligible: f64, rotations: u32, steps: u32, room: u32,
): i32 {
  let l = load<u32>(progress);
  let tried = load<u32>(progress, 4);
  let kept = load<u32>(progress, 8);
  let listed = load<u32>(progress, 12);
  let status: u32 = 0;
  for (let budget = BUDGET; status == 0 && budget > 0; ) {
    if (l == n) {
      status = FOUND;
      break;
    }
    let m = l;
    while (m + 1 < n && abs(load<f64>(off + (m << 3))) > negligible) m++;
    if (m == l) {
      l++;
      tried = 0;
      budget--;
      continue;
    }
    if (tried == MOST_STEPS) status = FAILED;
    else if (kept + (m - l) > room || listed == room) status = FULL;
    else {
      const count = step(values, off, l, m, rotations + (kept << 4));
      store<u32>(steps + (listed << 3), m - 1);
      store<u32>(steps + (listed << 3), count, 4);
      kept += count;
      listed++;
      tried++;
      budget -= i32(m - l);
    }
  }
  store<u32>(progress, l);
  store<u32>(progress, tried, 4);
  store<u32>(progress, kept, 8);
  store<u32>(progress, listed, 12);
  store<u32>(progress, status, 16);
  return status == 0 ? MORE : 0;
}

/** A step over the values l .. m; writes the cosine and the sine of each rotation, and answers how many there are. */
function step(values: u32, off: u32, l: u32, m: u32, rotations: u32): u32 {
  const first = values + (l << 3);
  const half = (load<f64>(first, 8) - load<f64>(first)) / (2 * load<f64>(off + (l << 3)));
  const root = sqrt(half * half + 1);
  let g = load<f64>(values + (m << 3)) - load<f64>(first) + load<f64>(off + (l << 3)) / (half + (half < 0 ? -root : root));
  let sine: f64 = 1;
  let cosine: f64 = 1;
  let shift: f64 = 0;
  let count: u32 = 0;
  for (let i = m; i > l; ) {
    i--;
    const value = values + (i << 3);
    const beside = load<f64>(off + (i << 3));
    const f = sine * beside;
    const b = cosine * beside;
    const r = sqrt(f * f + g * g);
    store<f64>(off + (i << 3), r, 8);
    if (r == 0) {
      store<f64>(value, load<f64>(value, 8) - shift, 8);
      store<f64>(off + (m << 3), 0);
      return count;
    }
    sine = f / r;
    cosine = g / r;
    const d = load<f64>(value, 8) - shift;
    const t = (load<f64>(value) - d) * sine + 2 * cosine * b;
    shift = sine * t;
    store<f64>(value, d + shift, 8);
    g = cosine * t - b;
    store<f64>(rotations + (count << 4), cosine);
    store<f64>(rotations + (count << 4), sine, 8);
    count++;
  }
  store<f64>(first, load<f64>(first) - shift);
  store<f64>(off + (l << 3), g);
  store<f64>(off + (m << 3), 0);
  return count;
}
