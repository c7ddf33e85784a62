import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { AnyEstimator } from "../../src/core/estimator.js";
import { Matrix } from "../../src/core/matrix.js";
import { WRITER } from "../../src/persistence/format.js";
import { fromBytes } from "../../src/persistence/from-bytes.js";
import { builtIn, builtInNames } from "../../src/persistence/registry.js";
import { toBytes } from "../../src/persistence/to-bytes.js";
import { KFold } from "../../src/split/k-fold.js";
import { ShuffleSplit } from "../../src/split/shuffle-split.js";
import { StratifiedKFold } from "../../src/split/stratified-k-fold.js";
import { headerOf, Keeper, keeperOf, NearestMean, trainingLabels, trainingRows } from "./toys.js";

const key = fc.oneof(fc.string(), fc.nat(20).map(String)).filter((text) => text !== "__proto__");
const typedArray = fc
  .tuple(
    fc.constantFrom(
      Uint8Array,
      Int8Array,
      Uint16Array,
      Int16Array,
      Uint32Array,
      Int32Array,
      Float32Array,
      Float64Array,
    ),
    fc.array(fc.double(), { maxLength: 9 }),
  )
  .map(([Class, numbers]) => Class.from(numbers));
const { state } = fc.letrec((tie) => ({
  state: fc.oneof(
    { maxDepth: 4 },
    fc.constant(null),
    fc.boolean(),
    fc.double(),
    fc.constantFrom(Number.NaN, -0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 2 ** 53, 5e-324),
    fc.string({ unit: "binary" }),
    fc.constantFrom("\ud800", "\u2028", '"\\', "number"),
    typedArray,
    fc.array(tie("state"), { maxLength: 4 }),
    fc.dictionary(key, tie("state"), { maxKeys: 4, noNullPrototype: true }),
    fc.dictionary(fc.constantFrom("number", "array", "record", "estimator", "type"), tie("state"), {
      noNullPrototype: true,
    }),
  ),
}));

test("Any plain state comes back as it was, and its bytes are the same when saved again", async () => {
  await fc.assert(
    fc.asyncProperty(state, async (kept) => {
      const bytes = await toBytes(await keeperOf(kept));
      const loaded = await fromBytes(bytes, Keeper);
      expect(loaded.state.model.kept).toStrictEqual(kept);
      expect(loaded.params.keep).toStrictEqual(kept);
      expect(await toBytes(loaded)).toEqual(bytes);
    }),
    { numRuns: 300 },
  );
});

test("An estimator that is not fitted comes back with its parameters and unfitted", async () => {
  const loaded = await fromBytes(await toBytes(new Keeper({ keep: { a: [1, null] } })), Keeper);
  expect(loaded.isFitted).toBe(false);
  expect(loaded.params).toStrictEqual({ keep: { a: [1, null] }, randomState: null });
});

test("A classifier of a user comes back by its class, and predicts what it did", async () => {
  const model = await new NearestMean({ power: 1 }).fit(trainingRows, trainingLabels);
  const bytes = await toBytes(model);
  const typed: NearestMean = await fromBytes(bytes, NearestMean);
  const untyped = (await fromBytes(bytes, { classes: [Keeper, NearestMean] })) as unknown as NearestMean;
  for (const loaded of [typed, untyped]) {
    expect(loaded).toBeInstanceOf(NearestMean);
    expect(loaded.classes).toEqual(["calm", "wild"]);
    expect(loaded.params).toEqual({ power: 1 });
    expect(await loaded.predict([...trainingRows, [4, 4]])).toEqual(await model.predict([...trainingRows, [4, 4]]));
  }
});

test("Estimators in parameters and in states come back, fitted or not, with their names", async () => {
  const fitted = await new NearestMean().fit(trainingRows, [0, 0, 1, 1]);
  const keep = [
    ["near", fitted],
    ["far", new NearestMean({ power: 3 })],
  ] as const;
  const loaded = await fromBytes(await toBytes(await keeperOf(keep)), Keeper, { classes: [NearestMean] });
  const [near, far] = loaded.state.model.kept as unknown as [[string, NearestMean], [string, NearestMean]];
  expect([near[0], far[0]]).toEqual(["near", "far"]);
  expect(near[1].state).toEqual(fitted.state);
  expect(far[1].isFitted).toBe(false);
  expect(far[1].params.power).toBe(3);
});

test("Matrices come back with their precision, scale and labels, views as tables of their own", async () => {
  const pixels = new Matrix(Uint8Array.of(0, 51, 255, 7), 2, 2, { scale: 1 / 255 });
  const names = new Matrix(Float64Array.of(0, 1), 1, 2, { labels: ["a", false] });
  const loaded = await fromBytes(
    await toBytes(new Keeper({ keep: { pixels, view: pixels.take([1]), names } })),
    Keeper,
  );
  const keep = loaded.params.keep as Record<"pixels" | "view" | "names", Matrix>;
  expect(keep.pixels.data).toStrictEqual(pixels.data);
  expect(keep.pixels.at(0, 1)).toBe(Math.fround(51 / 255));
  expect([keep.view.rows, ...keep.view.data]).toEqual([1, 255, 7]);
  expect(keep.view.index).toBeNull();
  expect(keep.names.labels).toEqual(["a", false]);
});

test("Splitters come back with their options", async () => {
  const keep = [
    new KFold({ nSplits: 3, shuffle: true, randomState: 1 }),
    new StratifiedKFold({ nSplits: 4 }),
    new ShuffleSplit({ nSplits: 2, testSize: 0.25, randomState: 5 }),
  ] as const;
  const bytes = await toBytes(new Keeper({ keep }));
  const loaded = (await fromBytes(bytes, Keeper)).params.keep as typeof keep;
  expect(loaded.map((splitter) => splitter.constructor)).toEqual([KFold, StratifiedKFold, ShuffleSplit]);
  expect([...loaded[0].split(9)]).toEqual([...keep[0].split(9)]);
  expect(loaded[1].nSplits).toBe(4);
  expect([...loaded[2].split(12)]).toEqual([...keep[2].split(12)]);
});

test("Equal states give equal bytes, whatever the order of keys and however arrays are shared or placed", async () => {
  const numbers = Float64Array.of(1, 2, 3);
  const shared = new Float64Array(new SharedArrayBuffer(40)).subarray(1, 4);
  shared.set(numbers);
  const one = await toBytes(await keeperOf({ a: numbers, b: numbers, 10: 1, 9: 2 }));
  const other = await toBytes(await keeperOf({ 9: 2, b: shared, 10: 1, a: numbers.slice() }));
  expect(other).toEqual(one);
  expect(await toBytes(await keeperOf({ a: numbers, b: numbers, 10: 2, 9: 1 }))).not.toEqual(one);
});

test("Every array starts at a multiple of 8 bytes", async () => {
  for (const length of [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]) {
    const bytes = await toBytes(
      new Keeper({ keep: ["x".repeat(length), new Uint8Array(length), Float64Array.of(Math.PI)] }),
    );
    const at = bytes.length - 32 - 8;
    expect(at % 8).toBe(0);
    expect(new DataView(bytes.buffer).getFloat64(at, true)).toBe(Math.PI);
  }
});

test("What cannot be stored is refused with its path", async () => {
  const refusal = (keep: unknown) => toBytes(new Keeper({ keep }));
  await expect(refusal({ scoring: () => 1 })).rejects.toThrow(
    "params.keep.scoring cannot be stored: it is a function; models hold plain values, typed arrays and estimators; name what is none of these in supplied",
  );
  await expect(refusal([1, new Date(0)])).rejects.toThrow("params.keep[1] cannot be stored: it is a Date");
  await expect(refusal(new Map())).rejects.toThrow("it is a Map");
  await expect(refusal(undefined)).resolves.toBeInstanceOf(Uint8Array); // An absent parameter has its default.
  await expect(refusal({ a: undefined })).rejects.toThrow("params.keep.a cannot be stored: it is undefined");
  await expect(refusal(10n)).rejects.toThrow("bigint");
  await expect(refusal(new BigInt64Array(1))).rejects.toThrow("it is a BigInt64Array");
  await expect(refusal(JSON.parse('{"__proto__": 1}'))).rejects.toThrow("a record with the key __proto__");
  const circle: unknown[] = [];
  circle.push(circle);
  await expect(refusal(circle)).rejects.toMatchObject({ code: "INVALID_MODEL" });
  await expect(toBytes(new NearestMean({ power: -1 }))).rejects.toMatchObject({ code: "INVALID_PARAMETER" });
});

test("Functions and objects that are no data are stored by the names they are given, and must be supplied again", async () => {
  const keep = { kernel: (a: number) => a + 1, started: new Date(0) };
  const supplied = { mine: keep.kernel, day: keep.started };
  const bytes = await toBytes(new Keeper({ keep }), { supplied });
  const loaded = await fromBytes(bytes, Keeper, { supplied });
  expect(loaded.params.keep).toStrictEqual(keep);
  expect(await toBytes(loaded, { supplied })).toEqual(bytes);
  await expect(fromBytes(bytes, Keeper)).rejects.toMatchObject({ code: "INVALID_PARAMETER" });
  await expect(fromBytes(bytes, Keeper, { supplied: { mine: keep.kernel } })).rejects.toThrow(
    'the model was saved without "day"; supplied must hold the function or object of that name',
  );
});

test("Names of Object.prototype are not supplied by it", async () => {
  const bytes = await toBytes(new Keeper({ keep: Math.abs }), { supplied: { constructor: Math.abs } });
  await expect(fromBytes(bytes, Keeper)).rejects.toThrow('the model was saved without "constructor"');
});

test.each([
  ["u8", Float64Array.of(0, 1, 255)],
  ["i8", Float64Array.of(-128, 127)],
  ["u16", Uint32Array.of(256)],
  ["i16", Int32Array.of(-129, 32_767)],
  ["u32", Float64Array.of(2 ** 32 - 1)],
  ["i32", Float64Array.of(-(2 ** 31), 7)],
  ["f32", Float64Array.of(0.5, -0, Number.NEGATIVE_INFINITY)],
  ["u8", Float32Array.of(3)],
])("Numbers are stored in the narrowest type that holds them, %s, and come back in their own", async (stored, keep) => {
  const bytes = await toBytes(new Keeper({ keep }));
  expect(headerOf(bytes)).toContain(`,"${stored}"]}`);
  expect((await fromBytes(bytes, Keeper)).params.keep).toStrictEqual(keep);
});

test.each([
  [Float64Array.of(0.1)],
  [Float64Array.of(-0, 2 ** 60 + 2 ** 10)],
  [Float64Array.of(Number.NaN, 1)],
  [Uint8Array.of(1)],
])("Numbers that no narrower type holds stay as they are: %o", async (keep) => {
  const bytes = await toBytes(new Keeper({ keep }));
  expect(headerOf(bytes)).toMatch(/"array":\["\w+",\d+\]/);
  expect((await fromBytes(bytes, Keeper)).params.keep).toStrictEqual(keep);
});

test("A header that could not be loaded is not written", async () => {
  await expect(toBytes(new Keeper({ keep: "x".repeat(17 * 2 ** 20) }))).rejects.toThrow("more than the 16777216");
});

test("Two classes of one name are refused", async () => {
  class Impostor extends NearestMean {}
  await expect(toBytes(new Keeper({ keep: [new NearestMean(), new Impostor()] }))).rejects.toThrow(
    "two classes have the name NearestMean",
  );
});

test("Another class than the expected one is refused", async () => {
  const bytes = await toBytes(new Keeper());
  await expect(fromBytes(bytes, NearestMean as never, { classes: [Keeper] })).rejects.toThrow(
    "the model is a Keeper; expected a NearestMean",
  );
});

test("Every class of the library is registered by the name in its definition", async () => {
  for (const name of builtInNames()) {
    const Class = (await builtIn(name)) as new () => AnyEstimator;
    const estimator = new Class();
    expect(estimator.definition.name).toBe(name);
  }
});

test("Files name the version of the package that wrote them", () => {
  const { name, version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  expect(WRITER).toBe(`${name} ${version}`);
});
