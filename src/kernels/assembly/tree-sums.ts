// The running sums of a split whose weights are counts; per class u64: moved | rest << 32.
import { classBits, keys, nClasses, running, table, totals } from "./tree-context";

/** T[n] by its byte offset 8 n. */
@inline
export function t(table: u32, n: u32): i64 {
  return load<i64>(table + (n << 3));
}

/** Puts the classes of the keys back on one side. */
@inline
export function reset(from: u32, n: u32): void {
  if (n < nClasses) {
    const mask: u32 = (1 << classBits) - 1;
    const end = from + (n << 3);
    for (let p = from; p < end; p += 8) {
      const at = (load<u32>(p) & mask) << 3;
      store<u64>(running + at, load<u64>(totals + at));
    }
  } else {
    const end = nClasses << 3;
    for (let at: u32 = 0; at < end; at += 8) store<u64>(running + at, load<u64>(totals + at));
  }
}
