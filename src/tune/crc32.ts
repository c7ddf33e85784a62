/** Of each byte, the remainder of its polynomial by CRC-32's, bits reversed. */
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte;
  for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ 0xedb88320 : rest >>> 1;
  return rest;
});

/** CRC-32 (ISO 3309, as in zlib) of bytes, or of a text in UTF-8; an unsigned integer. */
export function crc32(content: string | Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of typeof content === "string" ? new TextEncoder().encode(content) : content)
    crc = (crc >>> 8) ^ TABLE[(crc ^ byte) & 0xff]!;
  return (crc ^ 0xffffffff) >>> 0;
}
