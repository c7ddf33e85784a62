/**
 * Decodes values that were written with a canonical Huffman code, from the high bit of each byte on.
 *
 * Source: RFC 1951, section 3.2.2: among codes of one length symbols ascend, and shorter codes come before longer ones.
 *
 * @param lengths bits of the code of each symbol
 * @param count how many symbols to decode
 * @param packed the code, holding at least that many symbols
 */
export function decodeHuffman(lengths: readonly number[], packed: Uint8Array, count: number): Uint8Array {
  const symbols = [...lengths.keys()].sort((a, b) => lengths[a]! - lengths[b]! || a - b);
  const ofLength = new Uint32Array(Math.max(...lengths) + 1);
  for (const length of lengths) ofLength[length]! += 1;

  const decoded = new Uint8Array(count);
  let bit = 0;
  for (let i = 0; i < count; i++) {
    let code = 0; // the bits read so far
    let first = 0; // the first code of this length
    let before = 0; // symbols with shorter codes
    for (let length = 1; ; length++) {
      code = 2 * code + ((packed[bit >> 3]! >> (7 - (bit & 7))) & 1);
      bit++;
      if (code - first < ofLength[length]!) break;
      before += ofLength[length]!;
      first = 2 * (first + ofLength[length]!);
    }
    decoded[i] = symbols[before + code - first]!;
  }
  return decoded;
}
