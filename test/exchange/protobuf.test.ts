import fc from "fast-check";
import { expect, it } from "vitest";
import {
  bytes,
  encode,
  integer,
  integers,
  message,
  real,
  reals,
  sizeOfAll,
  text,
  texts,
} from "../../src/exchange/protobuf.js";
import { fieldsOf, textOf } from "./protobuf-fields.js";

const number = fc.integer({ min: 1, max: 2 ** 29 - 1 });
const safe = fc.maxSafeInteger();

it("Integers come back as they were written, however large, and negative ones too.", () => {
  fc.assert(
    fc.property(number, safe, (field, value) => {
      const out = encode([integer(field, value)]);
      expect([...fieldsOf(out)]).toEqual([[field, [BigInt(value)]]]);
    }),
  );
  expect(encode([integer(1, 150)])).toEqual(Uint8Array.of(0x08, 0x96, 0x01));
});

it("Texts, bytes and messages come back in their order, with their sizes known before.", () => {
  fc.assert(
    fc.property(number, fc.array(fc.string({ unit: "grapheme" })), fc.uint8Array(), (field, values, raw) => {
      const inner = [texts(1, values), bytes(2, raw), text(3, "end")];
      const out = encode([message(field, inner)]);
      expect(out.length).toBe(sizeOfAll([message(field, inner)]));
      const read = fieldsOf(fieldsOf(out).get(field)![0] as Uint8Array);
      expect((read.get(1) ?? []).map(textOf)).toEqual(values);
      expect(read.get(2)).toEqual([raw]);
      expect(textOf(read.get(3)![0])).toBe("end");
    }),
  );
});

it("Lists of numbers are packed.", () => {
  fc.assert(
    fc.property(fc.array(safe), fc.float32Array(), fc.float(), (list, floats, one) => {
      const read = fieldsOf(encode([integers(4, list), reals(5, floats), real(6, one)]));
      const [packed] = read.get(4) as [Uint8Array];
      // Each as a field of its own has the same bytes, after its tag.
      expect(packed).toEqual(Uint8Array.from(list.flatMap((value) => [...encode([integer(1, value)]).subarray(1)])));
      const [values] = read.get(5) as [Uint8Array];
      expect(new Float32Array(values.slice().buffer)).toEqual(floats);
      expect(new Float32Array((read.get(6)![0] as Uint8Array).slice().buffer)[0]).toBe(one);
    }),
  );
});
