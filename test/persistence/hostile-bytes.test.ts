import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { TrellisError } from "../../src/core/errors.js";
import { fromBytes } from "../../src/persistence/from-bytes.js";
import { toBytes } from "../../src/persistence/to-bytes.js";
import { headerOf, Keeper, keeperOf, NearestMean, reseal, trainingLabels, trainingRows, withHeader } from "./toys.js";

const classes = [Keeper, NearestMean];
const load = (bytes: Uint8Array) => fromBytes(bytes, { classes });
const invalid = { code: "INVALID_MODEL" };
let model: Uint8Array;
let keeper: Uint8Array;

beforeAll(async () => {
  model = await toBytes(await new NearestMean().fit(trainingRows, trainingLabels));
  keeper = await toBytes(new Keeper({ keep: { a: Uint8Array.of(1, 2, 3), b: [Number.NaN, -0], c: "text" } }));
});

test("Every change of a single byte is refused", async () => {
  for (let i = 0; i < model.length; i++) {
    for (const mask of [1, 0x20, 0x80, 0xff]) {
      const bytes = model.slice();
      bytes[i]! ^= mask;
      await expect(load(bytes)).rejects.toThrow(TrellisError);
    }
  }
});

test("Every cut, and every addition, is refused", async () => {
  for (let length = 0; length < model.length; length++) {
    await expect(load(model.subarray(0, length))).rejects.toMatchObject(invalid);
    if (length >= 52) await expect(load(reseal(model.slice(0, length)))).rejects.toMatchObject(invalid);
  }
  for (const extra of [1, 8, 100]) {
    const longer = new Uint8Array(model.length + extra);
    longer.set(model);
    await expect(load(longer)).rejects.toMatchObject(invalid);
    await expect(load(reseal(longer))).rejects.toThrow(/bytes more than its arrays refer to|hides bytes/);
  }
});

test.each([
  ["an empty file", ""],
  ["a Python pickle", "\x80\x05\x95\x10"],
  ["a zip archive", "PK\x03\x04"],
  ["an ONNX model", "\x08\x07\x12\x07pytorch"],
  ["JSON text", '{"a":1}'],
  ["a safetensors file", '\x10\0\0\0\0\0\0\0{"a":1}'],
  ["an HDF5 file", "\x89HDF\r\n"],
  ["changed as text", "TRELLIS\r\n"],
  ["something else", "hello"],
])("Bytes of another kind are called by their name: %s", async (what, text) => {
  const bytes = Uint8Array.from(text, (char) => char.charCodeAt(0));
  await expect(load(bytes)).rejects.toThrow(what);
  await expect(load(bytes)).rejects.toMatchObject(invalid);
});

test("What is no Uint8Array is refused as a parameter", async () => {
  await expect(load("TRELLIS\n" as never)).rejects.toMatchObject({ code: "INVALID_PARAMETER" });
});

test("A model of a newer format is refused with what to do", async () => {
  const bytes = model.slice();
  new DataView(bytes.buffer).setUint32(8, 2, true);
  await expect(load(reseal(bytes))).rejects.toMatchObject({ code: "UNSUPPORTED_VERSION" });
  await expect(load(reseal(bytes))).rejects.toThrow(
    "is in format 2; this version of trellis-learn reads formats up to 1",
  );
  new DataView(bytes.buffer).setUint32(8, 0, true);
  await expect(load(reseal(bytes))).rejects.toMatchObject(invalid);
});

test.each([0n, 4n, 2n ** 24n + 4n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 4n])(
  "A header said to have %d bytes is refused",
  async (length) => {
    const bytes = model.slice();
    new DataView(bytes.buffer).setBigUint64(12, length, true);
    await expect(load(reseal(bytes))).rejects.toMatchObject(invalid);
  },
);

test.each(["constructor", "__proto__", "toString", "hasOwnProperty", "../x", "", "node:fs", "x".repeat(100_000)])(
  "A class named %.20s is unknown, not looked for",
  async (type) => {
    const bytes = withHeader(model, (header) =>
      header.replace('"type":"NearestMean"', `"type":${JSON.stringify(type)}`),
    );
    await expect(load(bytes)).rejects.toMatchObject({ code: "UNKNOWN_MODEL_TYPE" });
  },
);

test("A class that was not given is unknown, and the sentence says what to do", async () => {
  await expect(fromBytes(model)).rejects.toThrow('needs the class "NearestMean", which is not known here');
  await expect(fromBytes(model)).rejects.toThrow("give it in classes");
});

test.each(["9007199254740992", "9007199254740991", "-1", "1.5", "1e308", "4294967296", "null", '"3"', "[3]"])(
  "An array of length %s is refused before it is made",
  async (length) => {
    const bytes = withHeader(keeper, (header) =>
      header.replace('["u8",3]', `["u8",${JSON.stringify(JSON.parse(length))}]`),
    );
    await expect(load(bytes)).rejects.toMatchObject(invalid);
  },
);

test.each([
  ["an unknown dtype", '["u8",3]', '["constructor",3]'],
  ["a third entry of an array", '["u8",3]', '["u8",3,0]'],
  ["a wider array than there are bytes", '["u8",3]', '["f64",3]'],
  ["an array less", '{"array":["u8",3]}', "3"],
  ["an unknown kind of value", '{"array":["u8",3]}', '{"url":"http://localhost"}'],
  ["two kinds at once", '{"number":"NaN"}', '{"number":"NaN","path":"/etc"}'],
  ["an object without a kind", '{"number":"NaN"}', "{}"],
  ["an unknown number", '{"number":"NaN"}', '{"number":"toString"}'],
  ["a key more in the header", '{"root"', '{"external_data":"x","root"'],
  ["a key more in an estimator", '"fitted":null', '"extra":1,"fitted":null'],
  ["an unknown parameter", '"randomState":null', '"__proto__":null,"randomState":null'],
  ["an unknown parameter", '"randomState":null', '"constructor":null,"randomState":null'],
  ["a parameter out of range", '"randomState":null', '"randomState":-1'],
  ["the key __proto__", '"c":"text"', '"__proto__":{"record":{"polluted":true}}'],
  ["a key twice", '"c":"text"', '"c":"text","c":"text"'],
  ["a blank", '"c":"text"', '"c": "text"'],
  ["a number in another form", '"c":"text"', '"c":1e2'],
  ["a number beyond all", '"c":"text"', '"c":1e999'],
  ["an escape without need", '"c":"text"', '"c":"\\u0074ext"'],
  ["text that is no JSON", '"c":"text"', '"c":NaN'],
  ["a splitter of unknown type", '"c":"text"', '"c":{"splitter":{"options":{},"type":"Object"}}'],
  ["a splitter with an option out of range", '"c":"text"', '"c":{"splitter":{"options":{"nSplits":0},"type":"KFold"}}'],
  [
    "a matrix of the wrong size",
    '"a":{"array":["u8",3]}',
    '"a":{"matrix":{"cols":2,"data":{"array":["u8",3]},"labels":null,"rows":2,"scale":null}}',
  ],
  [
    "a matrix with a size that is no number",
    '"a":{"array":["u8",3]}',
    '"a":{"matrix":{"cols":"3","data":{"array":["u8",3]},"labels":null,"rows":1,"scale":null}}',
  ],
])("A header with %s is refused", async (_what, from, to) => {
  expect(headerOf(keeper)).toContain(from);
  await expect(load(withHeader(keeper, (header) => header.replace(from, to)))).rejects.toMatchObject(invalid);
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
});

test("Keys that mean something to JavaScript are plain keys in a record", async () => {
  const bytes = withHeader(keeper, (header) => header.replace('"c":"text"', '"constructor":1,"prototype":2'));
  const { keep } = (await fromBytes(bytes, Keeper)).params as { keep: Record<string, unknown> };
  expect(Object.hasOwn(keep, "constructor") && keep.constructor).toBe(1);
  expect(Object.getPrototypeOf(keep)).toBe(Object.prototype);
});

test.each([200, 5_000, 1_000_000])("A header nested %i deep is refused at once", async (depth) => {
  const nested = `${'{"record":{"a":'.repeat(depth)}1${"}}".repeat(depth)}`;
  const start = performance.now();
  const bytes = withHeader(keeper, (header) => header.replace('"text"', nested));
  await expect(load(bytes)).rejects.toThrow(/nested more than 256 deep|bytes, which cannot be/);
  expect(performance.now() - start).toBeLessThan(1_000);
});

test.each([
  ["no features", '"nFeatures":2', '"nFeatures":0'],
  ["half a feature", '"nFeatures":2', '"nFeatures":1.5'],
  ["more features than means", '"nFeatures":2', '"nFeatures":3'],
  ["classes out of order", '["calm","wild"]', '["wild","calm"]'],
  ["a class twice", '["calm","wild"]', '["calm","calm"]'],
  ["classes of two kinds", '["calm","wild"]', '["calm",1]'],
  ["classes that are none", '["calm","wild"]', '["calm",null]'],
  ["no classes", '["calm","wild"]', "[]"],
  ["null for classes", '["calm","wild"]', "null"],
  ["a class more than means", '["calm","wild"]', '["calm","wild","x"]'],
  ["a seed where the class has none", '"seed":null', '"seed":1'],
  ["no state", /"model":\{.*?\}\}/, '"model":null'],
  ["a state of other things", /\{"means":.*?\}\}/, '{"means":[1,2,3,4]}}'],
  ["a parameter out of range", '"power":2', '"power":0'],
])("A fitted classifier with %s is refused", async (_what, from, to) => {
  expect(headerOf(model)).toMatch(from);
  await expect(load(withHeader(model, (header) => header.replace(from, to)))).rejects.toMatchObject(invalid);
});

test("A class's own check refuses numbers that it could not predict with", async () => {
  const bytes = model.slice();
  new DataView(bytes.buffer).setFloat64(bytes.length - 40, Number.NaN, true);
  await expect(load(reseal(bytes))).rejects.toThrow("means of NearestMean must be one finite number");
});

test("A fitted seed must be a seed", async () => {
  const bytes = await toBytes(await keeperOf(null));
  for (const seed of ["null", "-1", "1.5", "4294967296", '"7"']) {
    const changed = withHeader(bytes, (header) => header.replace('"seed":7', `"seed":${seed}`));
    await expect(load(changed)).rejects.toThrow("the seed of Keeper in the model cannot be");
  }
});

test("Bytes hidden between arrays are refused", async () => {
  const bytes = keeper.slice();
  bytes[bytes.length - 33] = 1;
  await expect(load(reseal(bytes))).rejects.toThrow("hides bytes");
});

test("A thousand models changed at random and sealed again load and predict, or are refused", async () => {
  let loaded = 0;
  const edit = fc.record({
    at: fc.nat(),
    to: fc.oneof(
      fc.integer({ min: 0, max: 255 }),
      fc.constantFrom(...'0129-",:[]{}aens'.split("").map((c) => c.charCodeAt(0))),
    ),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 3 }), async (edits) => {
      const bytes = model.slice();
      for (const { at, to } of edits) bytes[20 + (at % (bytes.length - 52))] = to;
      try {
        const estimator = (await load(reseal(bytes))) as unknown as NearestMean;
        loaded++;
        const width = estimator.isFitted ? estimator.nFeaturesIn : 2;
        expect(await estimator.predict([new Array<number>(width).fill(1)])).toHaveLength(1);
      } catch (error) {
        expect(error).toBeInstanceOf(TrellisError);
      }
    }),
    { numRuns: 1_000 },
  );
  expect(loaded).toBeGreaterThan(10);
});
