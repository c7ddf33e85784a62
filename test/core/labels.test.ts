import fc from "fast-check";
import { expect, test } from "vitest";
import { InvalidDataError } from "../../src/core/errors.js";
import { encodeLabels, type Label, uniqueLabels } from "../../src/core/labels.js";

test("Classes are sorted: numbers by value, strings by code unit, false before true.", () => {
  expect(uniqueLabels([10, 9, -1, 9])).toEqual([-1, 9, 10]);
  expect(uniqueLabels(["b", "a", "Z", "é", "10", "9"])).toEqual(["10", "9", "Z", "a", "b", "é"]);
  expect(uniqueLabels([true, false, true])).toEqual([false, true]);
  expect(uniqueLabels(Uint8Array.of(3, 1), [2])).toEqual([1, 2, 3]);
  expect(uniqueLabels()).toEqual([]);
});

test("Codes point back to the labels, whatever the labels are, and the labels stay as they were.", () => {
  const arrays = fc.oneof(fc.array(fc.integer()), fc.array(fc.string()), fc.array(fc.boolean()));
  fc.assert(
    fc.property(arrays, (y: Label[]) => {
      const before = [...y];
      const { classes, codes } = encodeLabels(y);
      expect(classes).toEqual(uniqueLabels(y));
      expect(Array.from(codes, (code) => classes[code])).toEqual(y);
      expect(y).toEqual(before);
    }),
  );
});

test("Zero and minus zero are one label.", () => {
  expect(encodeLabels([0, -0, 1])).toEqual({ classes: [0, 1], codes: Int32Array.of(0, 0, 1) });
});

test("Given classes keep their order, and a label outside of them is refused with its row.", () => {
  expect(encodeLabels(["a", "b"], ["b", "a"]).codes).toEqual(Int32Array.of(1, 0));
  const call = () => encodeLabels(["a", "c"], ["b", "a"]);
  expect(call).toThrow(new InvalidDataError('labels must be among "b", "a"; got "c" in row 1', 1));
  expect(() => encodeLabels([1, "1"] as Label[], [1])).toThrow('labels must be among 1; got "1" in row 1');
});

test("What is no label is refused with its row.", () => {
  const refused = (label: unknown) => {
    for (const call of [() => uniqueLabels([1, label as number]), () => encodeLabels([1, label as number], [1])]) {
      try {
        call();
      } catch (error) {
        expect(error).toBeInstanceOf(InvalidDataError);
        expect((error as InvalidDataError).row).toBe(1);
        expect((error as Error).message).toMatch(
          /^labels must be finite numbers, strings or booleans; got .* in row 1$/,
        );
        continue;
      }
      expect.unreachable(`${String(label)} was accepted`);
    }
  };
  for (const label of [null, undefined, Number.NaN, Number.POSITIVE_INFINITY, {}, [], Symbol("s"), 1n]) refused(label);
});

test("Labels of two kinds are refused with both kinds and the row.", () => {
  const message = "labels must be of one kind; got a number first, and a string in row 1";
  expect(() => uniqueLabels([1, "a"] as Label[])).toThrow(new InvalidDataError(message, 1));
  expect(() => uniqueLabels([true], [0])).toThrow("got a boolean first, and a number in row 0");
});
