/** The values of a message's fields by their numbers: integers in two's complement, and bytes of all else. */
export type Fields = ReadonlyMap<number, readonly (bigint | Uint8Array)[]>;

/** Reads a message in the plainest way. */
export function fieldsOf(bytes: Uint8Array): Fields {
  const fields = new Map<number, (bigint | Uint8Array)[]>();
  let at = 0;
  const varint = () => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++]!;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asIntN(64, value);
    }
  };
  const take = (length: number) => bytes.subarray(at, (at += length));
  while (at < bytes.length) {
    const tag = Number(varint());
    const [field, wireType] = [Math.floor(tag / 8), tag % 8];
    const value = wireType === 0 ? varint() : take(wireType === 5 ? 4 : Number(varint()));
    fields.set(field, [...(fields.get(field) ?? []), value]);
  }
  if (at !== bytes.length) throw new Error(`a field ends at ${at} of ${bytes.length}`);
  return fields;
}

export const textOf = (value: bigint | Uint8Array | undefined): string => new TextDecoder().decode(value as Uint8Array);
