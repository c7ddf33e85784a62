// How wide the kernels around observed numbers are.

/** Of the narrowest kernels at most so many go into the range. */
const FINEST: u32 = 100;

/**
 * Bytes of scratch for n observations. The range is cut into at most 2 * FINEST + 2 cells, of which the outermost
 * observations are noted, and at most n are put in order.
 */
// @ts-ignore: decorator
@inline
export function bandwidthScratch(n: u32): u32 {
  return 16 * (FINEST + 1) + 4 * n;
}

/** sigmas f64[n + 1] of mus f64[n + 1], the prior's last. See ../tpe-propose.ts. */
export function bandwidths(mus: u32, sigmas: u32, n: u32, low: f64, high: f64, scratch: u32): void {
  const most = high - low;
  const divisor = min(FINEST, n + 2);
  const least = most / f64(divisor);
  for (let i: u32 = 0; i < n; i++) store<f64>(sigmas + (i << 3), least);
  store<f64>(sigmas + (n << 3), most);
  if (n == 1) {
    const mu = load<f64>(mus);
    store<f64>(sigmas, min(most, max(least, max(mu - low, high - mu))));
    return;
  }
  const order = scratch + 16 * (FINEST + 1);
  const ordered = outermost(mus, n, low, high, least / 2, 2 * divisor + 2, scratch, order);
  for (let i: u32 = 1; i < ordered; i++) {
    const left = load<u32>(order + ((i - 1) << 2)) << 3;
    const right = load<u32>(order + (i << 2)) << 3;
    const distance = min(most, load<f64>(mus + right) - load<f64>(mus + left));
    store<f64>(sigmas + left, max(load<f64>(sigmas + left), distance));
    store<f64>(sigmas + right, max(load<f64>(sigmas + right), distance));
  }
}

/**
 * Which means are the smallest and the largest of the cells of a width that the range is cut into: those that can have a
 * neighbour farther away than that. Of those outside of the range, all. Their positions, by ascending means, go to order;
 * answers how many there are. Of equal means the older ones are on the left.
 */
function outermost(
  mus: u32, n: u32, low: f64, high: f64, width: f64, cells: u32, outer: u32, order: u32,
): u32 {
  memory.fill(outer, 0xff, cells << 3);
  let before: u32 = 0;
  let after = n;
  for (let i: u32 = 0; i < n; i++) {
    const mu = load<f64>(mus + (i << 3));
    if (mu < low) store<u32>(order + (before++ << 2), i);
    else if (mu > high) store<u32>(order + (--after << 2), i);
    else {
      const cell = outer + (min(cells - 1, u32((mu - low) / width)) << 3);
      const smallest = load<i32>(cell);
      if (smallest < 0) {
        store<u32>(cell, i);
        store<u32>(cell, i, 4);
      } else if (mu < load<f64>(mus + (smallest << 3))) store<u32>(cell, i);
      else if (mu >= load<f64>(mus + (load<u32>(cell, 4) << 3))) store<u32>(cell, i, 4);
    }
  }
  sort(order, before, mus);
  let count = before;
  for (let cell: u32 = 0; cell < cells; cell++) {
    const smallest = load<i32>(outer + (cell << 3));
    const largest = load<i32>(outer + (cell << 3), 4);
    if (smallest < 0) continue;
    store<u32>(order + (count++ << 2), smallest);
    if (largest != smallest) store<u32>(order + (count++ << 2), largest);
  }
  sort(order + (after << 2), n - after, mus);
  memory.copy(order + (count << 2), order + (after << 2), (n - after) << 2);
  return count + n - after;
}

/** Sorts positions by the means that they have, then by themselves (J. W. J. Williams, "Heapsort", 1964). */
function sort(order: u32, count: u32, mus: u32): void {
  for (let root = count >> 1; root > 0; root--) sink(order, root - 1, count, mus);
  for (let end = count; end > 1; ) {
    end--;
    const last = load<u32>(order + (end << 2));
    store<u32>(order + (end << 2), load<u32>(order));
    store<u32>(order, last);
    sink(order, 0, end, mus);
  }
}

function sink(order: u32, root: u32, count: u32, mus: u32): void {
  const sinking = load<u32>(order + (root << 2));
  for (;;) {
    let child: u32 = 2 * root + 1;
    if (child >= count) break;
    let larger = load<u32>(order + (child << 2));
    if (child + 1 < count) {
      const other = load<u32>(order + (child << 2), 4);
      if (isBefore(larger, other, mus)) {
        larger = other;
        child++;
      }
    }
    if (!isBefore(sinking, larger, mus)) break;
    store<u32>(order + (root << 2), larger);
    root = child;
  }
  store<u32>(order + (root << 2), sinking);
}

function isBefore(i: u32, j: u32, mus: u32): bool {
  const left = load<f64>(mus + (i << 3));
  const right = load<f64>(mus + (j << 3));
  return left < right || (left == right && i < j);
}
