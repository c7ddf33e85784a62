// The rows of a node, parted in place: those of the left child first, both in the order they had.

import { FEATURE_BINS, FEATURE_CODES, FEATURE_WIDTH, descriptorAt } from "./boosting-descriptors";
import { BEGIN, BIN, COUNT, DEFAULT_LEFT, FEATURE, NONE, features, order, spare } from "./boosting-job";

/** Parts the rows of a node that has been split; answers the number of the left ones. */
export function partition(node: u32): u32 {
  const feature = descriptorAt(features, load<u32>(node, FEATURE));
  const codes = load<u32>(feature, FEATURE_CODES);
  // The bin before the first, where missing values go left alone, is 2^32 - 1.
  const limit = load<u32>(node, BIN) + 1;
  const missing = load<u32>(node, DEFAULT_LEFT) ? load<u32>(feature, FEATURE_BINS) : NONE;
  const begin = order + (load<u32>(node, BEGIN) << 2);
  const end = begin + (load<u32>(node, COUNT) << 2);
  return load<u32>(feature, FEATURE_WIDTH) == 1
    ? partitionBy<u8>(codes, limit, missing, begin, end)
    : partitionBy<u16>(codes, limit, missing, begin, end);
}

/** Without branches, which would be guessed wrong often: each row is written to both sides, and one side moves on. */
function partitionBy<T>(codes: u32, limit: u32, missing: u32, begin: u32, end: u32): u32 {
  let left = begin;
  let right = spare;
  for (let at = begin; at < end; at += 4) {
    const row = load<u32>(at);
    const code = u32(load<T>(codes + row * sizeof<T>()));
    const goesLeft = u32(code < limit) | u32(code == missing);
    store<u32>(left, row);
    store<u32>(right, row);
    left += goesLeft << 2;
    right += (1 - goesLeft) << 2;
  }
  memory.copy(left, spare, right - spare);
  return (left - begin) >> 2;
}
