/** The bytes of an IDX file with these values; `type` is the third byte of its magic number. */
export function idxFile(type: number, shape: readonly number[], values: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * shape.length + values.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, (type << 8) | shape.length);
  shape.forEach((length, d) => {
    view.setUint32(4 + 4 * d, length);
  });
  bytes.set(values, 4 + 4 * shape.length);
  return bytes;
}

/** An IDX file of bytes. */
export function byteFile(shape: readonly number[], ...values: readonly number[]): Uint8Array {
  return idxFile(8, shape, Uint8Array.from(values));
}
