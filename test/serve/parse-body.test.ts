import fc from "fast-check";
import { type BodyOptions, parseBody, RequestError, toRows } from "trellis-learn/serve";
import { describe, expect, it } from "vitest";

const bytesOf = (text: string) => new TextEncoder().encode(text);
const parse = (text: string, options: BodyOptions = {}) => parseBody(bytesOf(text), options).value;

function refusal(work: () => unknown): RequestError {
  try {
    work();
  } catch (error) {
    if (error instanceof RequestError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("A body", () => {
  it("that is JSON is what JSON.parse makes of it.", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 3 }), (value) => {
        const text = JSON.stringify(value);
        const expected = JSON.parse(text);
        const forbidden = /"(__proto__|constructor|prototype)":/.test(text);
        if (forbidden) return;
        expect(parse(text)).toEqual(expected);
      }),
    );
  });

  it("is refused with 400 or parsed, whatever its bytes are.", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        try {
          parseBody(bytes, { numbers: ["data"] });
        } catch (error) {
          expect(error).toBeInstanceOf(RequestError);
          expect((error as RequestError).status).toBe(400);
        }
      }),
    );
  });

  it.each([
    ["is cut short", '{"a":', "BAD_JSON"],
    ["is empty", "", "BAD_JSON"],
    ["holds NaN", '{"data":[[NaN]]}', "BAD_JSON"],
    ["has a trailing comma", "[1,]", "BAD_JSON"],
    ["begins with a byte order mark", "\ufeff{}", "BAD_JSON"],
    ["is nested nine deep", `${"[".repeat(9)}${"]".repeat(9)}`, "TOO_DEEP"],
    ["is nested a million deep", "[".repeat(1e6), "TOO_DEEP"],
    ["has 2,000 keys", `{${Array.from({ length: 2000 }, (_, i) => `"${i}":0`).join()}}`, "TOO_MANY_KEYS"],
    ["names __proto__", '{"a":[{"__proto__":{"polluted":1}}]}', "FORBIDDEN_KEY"],
    ["spells __proto__ in escapes", '{"\\u005f_proto__":1}', "FORBIDDEN_KEY"],
    ["names constructor", '{"constructor":{"prototype":{}}}', "FORBIDDEN_KEY"],
  ])("that %s is refused.", (_, text, code) => {
    const start = performance.now();
    expect(refusal(() => parse(text))).toMatchObject({ status: 400, code });
    expect(performance.now() - start).toBeLessThan(500);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it("that is no UTF-8 is refused.", () => {
    expect(refusal(() => parseBody(Uint8Array.of(0x22, 0xff, 0x22)))).toMatchObject({ code: "BAD_JSON" });
  });

  it("may hold brackets, colons and quotes in strings as it likes.", () => {
    const text = JSON.stringify({ text: `${'\\"[{:'.repeat(3000)}\\` });
    expect(parse(text)).toEqual(JSON.parse(text));
  });
});

describe("Numbers in a body", () => {
  const numbers = { numbers: ["data"] };
  const packed = (data: string) => (parse(`{"data":${data}}`, numbers) as { data: unknown }).data;

  it("are packed, row by row.", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.double({ noNaN: true, noDefaultInfinity: true })),
        (width, flat) => {
          const rows = Array.from({ length: Math.floor(flat.length / width) }, (_, i) =>
            flat.slice(i * width, (i + 1) * width),
          );
          fc.pre(rows.length > 0);
          const { values, shape } = packed(JSON.stringify(rows)) as { values: Float64Array; shape: number[] };
          expect(shape).toEqual([rows.length, width]);
          expect([...values]).toEqual(JSON.parse(JSON.stringify(rows)).flat());
        },
      ),
    );
    expect(packed("[1,2,3]")).toEqual({ shape: [3], values: Float64Array.of(1, 2, 3) });
  });

  it.each([
    ["a short row", "[[1,2],[3]]", "BAD_SHAPE", ["data", 1], "row 1 has 1 values, while row 0 has 2"],
    [
      "a string",
      '[[1,"7"]]',
      "NOT_A_NUMBER",
      ["data", 0, 1],
      'row 0, column 1 of data must be a finite number; got the string "7"',
    ],
    ["a boolean", "[[1,true]]", "NOT_A_NUMBER", ["data", 0, 1], "got true"],
    ["null", "[[null]]", "NOT_A_NUMBER", ["data", 0, 0], "got null"],
    ["an object", "[[{}]]", "NOT_A_NUMBER", ["data", 0, 0], "got an object"],
    ["a number among rows", "[[1],2]", "NOT_A_NUMBER", ["data", 1], "row 1 of data must be an array of numbers; got 2"],
    ["infinity", "[[1e999]]", "NOT_A_NUMBER", ["data", 0, 0], "got Infinity"],
    ["a third dimension", "[[[1,2],[3,4]]]", "BAD_SHAPE", ["data", 0, 0], "a row is a flat array"],
    [
      "a row among numbers",
      "[1,[2]]",
      "NOT_A_NUMBER",
      ["data", 1],
      "value 1 of data must be a finite number; got an array",
    ],
  ])("are refused with %s.", (_, data, code, path, message) => {
    const error = refusal(() => packed(data));
    expect(error).toMatchObject({ status: 400, code, path });
    expect(error.message).toContain(message);
  });

  it("whose first row is long and whose rows are many allocate nothing.", () => {
    const data = `[[${"0,".repeat(1e5)}0],${"[],".repeat(1e5)}[]]`;
    expect(refusal(() => packed(data))).toMatchObject({ code: "BAD_SHAPE" });
  });

  it.each([
    ["no array", '"x"', "BAD_SHAPE", "data must be rows of 2 numbers"],
    ["none", "[]", "EMPTY", "at least one row"],
    ["an empty row", "[[]]", "BAD_SHAPE", "expected 2 values, row 0 has 0"],
    ["another width", "[[1,2,3]]", "BAD_SHAPE", "expected 2 values, row 0 has 3"],
    ["a flat array", "[1,2]", "BAD_SHAPE", "wrap a single row in [ ]"],
    ["a fraction", "[[1,0.5]]", "OUT_OF_RANGE", "row 0, column 1 of data must be an integer from 0 to 255; got 0.5"],
    ["256", "[[1,2],[256,0]]", "OUT_OF_RANGE", "row 1, column 0"],
  ])("are no rows of two pixels with %s.", (_, data, code, message) => {
    const error = refusal(() => toRows(packed(data), { features: 2, scale: 1 / 255 }));
    expect(error).toMatchObject({ status: 400, code });
    expect(error.message).toContain(message);
  });

  it("of too many rows are refused with 413.", () => {
    expect(refusal(() => toRows(packed("[[1],[2],[3]]"), { features: 1 }, { maxRows: 2 }))).toMatchObject({
      status: 413,
    });
  });

  it("are bytes of a scale where the model has one.", () => {
    const X = toRows(packed("[[0,255.0]]"), { features: 2, scale: 1 / 255 });
    expect(X.data).toEqual(Uint8Array.of(0, 255));
    expect(X.at(0, 1)).toBe(1);
  });
});
