// Sorting u64 keys (code << 32 | payload) by code, stably.

const INSERTION: u32 = 16;
const MAX_BITS: u32 = 11;

@inline
function insertionSort(keys: u32, end: u32): void {
  for (let p = keys + 8; p < end; p += 8) {
    const key = load<u64>(p);
    let q = p;
    while (q > keys) {
      const other = load<u64>(q - 8);
      if (other <= key) break;
      store<u64>(q, other);
      q -= 8;
    }
    store<u64>(q, key);
  }
}

/** One stable counting pass on `bits` bits of the codes less `min`, from bit `shift` on; answers the largest bucket. */
function scatter(from: u32, to: u32, count: u32, min: u32, shift: u32, bits: u32, table: u32): u32 {
  const end = from + (count << 3);
  const size: u32 = 4 << bits;
  const mask: u32 = (1 << bits) - 1;
  memory.fill(table, 0, size);
  for (let p = from; p < end; p += 8) {
    const at = table + ((((load<u32>(p, 4) - min) >> shift) & mask) << 2);
    store<u32>(at, load<u32>(at) + 1);
  }
  let offset = to;
  let largest: u32 = 0;
  for (let t = table; t < table + size; t += 4) {
    const c = load<u32>(t);
    store<u32>(t, offset);
    offset += c << 3;
    largest = max(largest, c);
  }
  for (let p = from; p < end; p += 8) {
    const key = load<u64>(p);
    const at = table + ((((u32(key >> 32) - min) >> shift) & mask) << 2);
    const place = load<u32>(at);
    store<u64>(place, key);
    store<u32>(at, place + 8);
  }
  return largest;
}

/** Sorts keys u64[count] with the help of `spare` u64[count] and table u32[2048]; answers which of the two holds the result. */
export function sortKeys(keys: u32, spare: u32, count: u32, table: u32): u32 {
  const end = keys + (count << 3);
  if (count <= INSERTION) {
    insertionSort(keys, end);
    return keys;
  }
  let low: u32 = u32.MAX_VALUE;
  let high: u32 = 0;
  for (let p = keys; p < end; p += 8) {
    const code = load<u32>(p, 4);
    low = min(low, code);
    high = max(high, code);
  }
  const bits: u32 = 32 - u32(clz(high - low));
  if (bits == 0) return keys;
  if (bits <= 8) {
    scatter(keys, spare, count, low, 0, bits, table);
    return spare;
  }
  const fit: u32 = min<u32>(MAX_BITS, 32 - u32(clz(count)));
  if (bits <= fit) {
    scatter(keys, spare, count, low, 0, bits, table);
    return spare;
  }
  if (count <= 2048) {
    // Buckets of about one key each, by the codes' highest bits, then insertion; unless the codes are bunched.
    if (scatter(keys, spare, count, low, bits - fit, fit, table) <= INSERTION) {
      insertionSort(spare, spare + (count << 3));
      return spare;
    }
    memory.copy(keys, spare, count << 3);
  }
  const passes: u32 = (bits + MAX_BITS - 1) / MAX_BITS;
  const digit: u32 = (bits + passes - 1) / passes;
  let from = keys;
  let to = spare;
  for (let shift: u32 = 0; shift < bits; shift += digit) {
    scatter(from, to, count, low, shift, digit, table);
    const swap = from;
    from = to;
    to = swap;
  }
  return from;
}
