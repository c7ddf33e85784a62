/** Adds the values, times the factor, entry by entry. */
export function addTo(sum: Float64Array, values: Float64Array, factor = 1): void {
  for (let j = 0; j < sum.length; j++) sum[j]! += factor * values[j]!;
}

/** A vector of n entries, of which these stand at these places; the others are 0. */
export function spread(entries: Float64Array, places: readonly number[], n: number): Float64Array {
  const vector = new Float64Array(n);
  for (let k = 0; k < places.length; k++) vector[places[k]!] = entries[k]!;
  return vector;
}
