// Which rows a tree grows on, and how much each weighs.
import { bootstrap } from "./tree-bootstrap";
import { classBits, exact, keys, momentOf, nClasses, present, samples, totals, weightOf } from "./tree-context";
import { drawnAt, order } from "./tree-nodes";

const BALANCED: u32 = 1;

/** Bags the rows: fills samples (and weights) and the order, ascending by position; answers how many, or -1 if refused. */
export function bag(rows: u32, n: u32, targets: u32, weights: u32, classWeights: u32, draws: u32, seedLo: u32, seedHi: u32): i32 {
  const counts = drawnAt;
  if (draws) bootstrap(counts, n, draws, seedLo, seedHi, weights, keys);
  const drawnOf = totals;
  let present: u32 = 0;
  if (classWeights == BALANCED) {
    for (let c: u32 = 0; c < nClasses; c++) store<u64>(drawnOf + (c << 3), 0);
    for (let i: u32 = 0; i < n; i++) {
      const at = drawnOf + (load<u32>(targets + (load<u32>(rows + (i << 2)) << 2)) << 3);
      const drawn = load<u64>(at);
      const more = draws ? load<u32>(counts + (i << 2)) : 1;
      if (drawn == 0 && more > 0) present++;
      store<u64>(at, drawn + u64(more));
    }
  }
  let m: u32 = 0;
  for (let i: u32 = 0; i < n; i++) {
    const row = load<u32>(rows + (i << 2));
    const drawn = draws ? load<u32>(counts + (i << 2)) : 1;
    if (drawn == 0) continue;
    let payload: u32 = 0;
    if (nClasses) payload = load<u32>(targets + (row << 2));
    if (exact) {
      if (classBits && drawn >> (32 - classBits)) return -1;
      payload |= drawn << classBits;
    } else {
      let w = draws ? f64(drawn) : weights ? load<f64>(weights + (i << 3)) : 1;
      if (classWeights == BALANCED) {
        w *= f64(draws ? draws : n) / (f64(present) * f64(load<u64>(drawnOf + (payload << 3))));
      } else if (classWeights) {
        w *= load<f64>(classWeights + (payload << 3));
      }
      if (!(w > 0)) continue;
      store<f64>(weightOf + (m << 3), w);
      if (!nClasses) store<f64>(momentOf + (m << 3), w * load<f64>(targets + (row << 3)));
    }
    store<u64>(samples + (m << 3), u64(row) | (u64(payload) << 32));
    store<u32>(order + (m << 2), i);
    m++;
  }
  for (let c: u32 = 0; c < nClasses; c++) store<u64>(totals + (c << 3), 0);
  return m;
}
