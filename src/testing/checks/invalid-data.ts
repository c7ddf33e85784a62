import { InvalidDataError, NotFittedError, TrellisError } from "../../core/errors.js";
import { Matrix } from "../../core/matrix.js";
import { failureOf, type Refusal, refused, same, that } from "../assertions.js";
import { type Check, check } from "../check.js";
import type { Subject } from "../subject.js";

interface BadInput {
  readonly what: string;
  readonly given: unknown;
  readonly says?: RegExp;
  readonly row?: number;
  readonly column?: number;
}

const refusalOf = ({ says, row, column }: BadInput): Refusal => ({ error: InvalidDataError, says, row, column });

/** What is no data is refused by a sentence that names the row and the column. */
export function invalidDataChecks(s: Subject): readonly Check[] {
  const { rows, y } = s.problem;
  const tables: Readonly<Record<string, readonly BadInput[]>> = {
    "NaN and infinity in X": [
      ...(s.allowsNaN ? [] : notFinite(rows, Number.NaN)),
      ...notFinite(rows, Infinity),
      ...notFinite(rows, -Infinity),
    ],
    "cells of X that are no numbers": noNumbers(rows, s.allowsLabels),
    "an X without rows or without columns": [
      { what: "[]", given: [], says: /0 rows/ },
      { what: "a Matrix without rows", given: new Matrix(new Float64Array(0), 0, 4), says: /0 rows/ },
      { what: "rows without columns", given: rows.map(() => []), says: /0 features.*minimum of 1/ },
      { what: "a view of no rows", given: new Matrix(new Float64Array(4), 1, 4).take([]), says: /0 rows/ },
    ],
    "an X that is no table": noTables(rows),
  };
  const numbers: Readonly<Record<string, string>> = {
    "NaN and infinity in X": "20",
    "cells of X that are no numbers": "28",
    "an X without rows or without columns": "22",
    "an X that is no table": "25",
  };

  return [
    ...Object.entries(tables).map(([what, bad]) =>
      check(numbers[what]!, `fit and every method refuse ${what}`, async () => {
        const fitted = await s.fitted();
        const { state } = fitted;
        for (const input of bad) {
          const made = s.make();
          await refused(() => s.fit(made, input.given, y), `fit of ${input.what}`, refusalOf(input));
          that(!made.isFitted, `a refused fit (${input.what}) must not fit`);
          for (const method of s.methods) {
            await refused(() => s.ask(fitted, method, input.given), `${method} of ${input.what}`, refusalOf(input));
          }
        }
        that(fitted.state === state, "the state must be as it was");
      }),
    ),
    check("11", "asked before it was fitted it throws a NotFittedError", async () => {
      for (const method of s.methods) {
        await refused(() => s.ask(s.make(), method), method, { error: NotFittedError, says: new RegExp(s.name) });
      }
      await refused(() => s.make().state, "state", { error: NotFittedError });
      await refused(() => s.make().nFeaturesIn, "nFeaturesIn", { error: NotFittedError });
    }),
    check("15", "another number of columns than it was fitted to is refused with both numbers", async () => {
      const fitted = await s.fitted();
      const cols = rows[0]!.length;
      same(fitted.nFeaturesIn, cols, "nFeaturesIn");
      for (const width of [1, cols - 1, cols + 1]) {
        const X = rows.map((row) => Array.from({ length: width }, (_, j) => row[j] ?? 0));
        const says = new RegExp(`${width} features.*${cols}|${cols} features.*${width}`);
        for (const method of s.methods) {
          await refused(() => s.ask(fitted, method, X), `${method} of ${width} columns`, {
            error: InvalidDataError,
            says,
          });
        }
      }
    }),
    check(null, "a method that it does not have is refused with those that it has", async () => {
      const { predictAll } = await import("../../core/predict-all.js");
      const fitted = await s.fitted();
      const all = ["predict", "predictProba", "decisionFunction", "transform"] as const;
      for (const method of all.filter((each) => !s.methods.includes(each))) {
        await refused(() => predictAll([fitted], rows, method).next(), method, {
          error: TrellisError,
          says: new RegExp(s.methods[0]!),
        });
      }
    }),
    ...(y === undefined
      ? []
      : [
          check("16", "an X without y is refused", async () => {
            for (const missing of [undefined, null]) {
              const made = s.make();
              await refused(() => made.fit(rows, missing, { pool: s.pools.inline }), "fit without y", {
                error: InvalidDataError,
                says: /y/,
              });
            }
          }),
          check("21", "what is no target is refused", async () => {
            for (const input of noTargets(s, y)) {
              const made = s.make();
              await refused(() => s.fit(made, rows, input.given), `y with ${input.what}`, refusalOf(input));
              that(!made.isFitted, "a refused fit must not fit");
            }
          }),
        ]),
    check("23", "a single row is learnt from, or refused by an error that says why", async () => {
      await worksOrSaysWhy(s, rows.slice(0, 1), y?.slice(0, 1), /sample|row|class/i);
    }),
    check("24", "a single column is learnt from, or refused by an error that says why", async () => {
      await worksOrSaysWhy(
        s,
        rows.map((row) => row.slice(0, 1)),
        y,
        /feature|column/i,
      );
    }),
    ...(s.allowsNaN
      ? [
          check("20", "NaN in X, which it allows, is learnt from and answered to", async () => {
            const X = rows.map((row, i) => row.map((x, j) => ((i + j) % 7 === 0 ? Number.NaN : x)));
            // A composite lets NaN through to its members, which may refuse it.
            if (s.isComposite) await worksOrSaysWhy(s, X, y, /NaN/);
            else await s.answers(await s.fit(s.make(), X), X);
          }),
        ]
      : []),
  ];
}

async function worksOrSaysWhy(s: Subject, X: unknown, y: unknown, says: RegExp): Promise<void> {
  const made = s.make();
  const failure = await failureOf(() => s.fit(made, X, y));
  if (failure === null) await s.answers(made, X);
  else await refused(() => Promise.reject(failure), "it", { error: TrellisError, says });
}

type Rows = Subject["problem"]["rows"];

function notFinite(rows: Rows, value: number): readonly BadInput[] {
  const spoilt = rows.map((row, i) => row.map((x, j) => (i === 2 && j === 1 ? value : x)));
  const place = { row: 2, column: 1, says: new RegExp(`${value}.*row 2, column 1`) };
  const { length } = spoilt;
  return [
    { what: `number[][] with ${value}`, given: spoilt, ...place },
    { what: `Float64Array rows with ${value}`, given: spoilt.map((row) => Float64Array.from(row)), ...place },
    { what: `a Matrix of f32 with ${value}`, given: new Matrix(Float32Array.from(spoilt.flat()), length, 4), ...place },
    {
      what: `a view with ${value}`,
      given: new Matrix(Float64Array.from([...spoilt.flat(), 1, 1, 1, 1]), length + 1, 4).take(rows.map((_, i) => i)),
      ...place,
    },
    {
      what: `a tensor with ${value}`,
      given: { shape: [length, 4], data: () => Float32Array.from(spoilt.flat()) },
      ...place,
    },
  ];
}

function noNumbers(rows: Rows, allowsLabels: boolean): readonly BadInput[] {
  const withCell = (cell: unknown) => rows.map((row, i) => row.map((x, j) => (i === 2 && j === 1 ? cell : x)));
  const cells: readonly (readonly [string, unknown])[] = [
    ["null", null],
    ["undefined", undefined],
    ["a bigint", 1n],
    ["a Date", new Date(0)],
    ["a record", {}],
    ["a nested array", [1]],
    ["a symbol", Symbol("cell")],
    ["a function", () => 1],
    ...(allowsLabels
      ? []
      : ([
          ["a string", "7"],
          ["a boolean", true],
        ] as const)),
  ];
  const holed: number[][] = rows.map((row) => [...row]);
  delete holed[2]![1];
  return [
    ...cells.map(([what, cell]) => ({ what, given: withCell(cell), row: 2, column: 1 })),
    { what: "a hole", given: holed, row: 2, column: 1 },
  ];
}

function noTables(rows: Rows): readonly BadInput[] {
  const replaced = (row: unknown): unknown[] => rows.map((each, i): unknown => (i === 2 ? row : each));
  const missing: unknown[] = [...rows];
  delete missing[2];
  return [
    { what: "a short row", given: replaced([1, 2, 3]), row: 2, says: /row 2/ },
    { what: "a long row", given: replaced([1, 2, 3, 4, 5]), row: 2, says: /row 2/ },
    { what: "a row that is a number", given: replaced(1), row: 2 },
    { what: "a row that is null", given: replaced(null), row: 2 },
    { what: "a row that is a string", given: replaced("1234"), row: 2 },
    { what: "a missing row", given: missing, row: 2 },
    { what: "a flat array", given: rows.flat(), says: /two-dimensional/ },
    { what: "a flat Float64Array", given: Float64Array.from(rows.flat()), says: /two-dimensional/ },
    { what: "an array of records", given: [{ a: 1 }, { a: 2 }], row: 0 },
    { what: "undefined", given: undefined },
    { what: "null", given: null },
    { what: "a number", given: 1 },
    { what: "a string", given: "1 2 3" },
    { what: "a record", given: {} },
    { what: "a Map", given: new Map([[0, rows]]) },
    { what: "a function", given: () => rows },
    { what: "BigInt64Array rows", given: rows.map((row) => BigInt64Array.from(row, BigInt)) },
    { what: "an ArrayBuffer", given: new ArrayBuffer(64) },
    { what: "a tensor of rank 1", given: { shape: [4], data: [1, 2, 3, 4] }, says: /two-dimensional/ },
    { what: "a tensor of rank 3", given: { shape: [1, 2, 2], data: [1, 2, 3, 4] }, says: /two-dimensional/ },
    { what: "a tensor with too few values", given: { shape: [2, 4], data: [1, 2, 3, 4] }, says: /8/ },
    { what: "a tensor of negative shape", given: { shape: [-1, -4], data: [1, 2, 3, 4] } },
    { what: "a tensor without data", given: { shape: [2, 2], data: undefined } },
    { what: "a tensor whose data() gives nothing", given: { shape: [2, 2], data: () => undefined } },
  ];
}

function noTargets({ target }: Subject, y: readonly number[]): readonly BadInput[] {
  const withValue = (value: unknown) => y.map((each, i) => (i === 2 ? value : each));
  const both: readonly BadInput[] = [
    { what: "NaN", given: withValue(Number.NaN), row: 2 },
    { what: "infinity", given: withValue(Infinity), row: 2 },
    { what: "null", given: withValue(null), row: 2 },
    { what: "undefined", given: withValue(undefined), row: 2 },
    { what: "a record", given: withValue({}), row: 2 },
    { what: "a bigint", given: withValue(1n), row: 2 },
    { what: "a value too few", given: y.slice(1), says: new RegExp(`${y.length}.*${y.length - 1}`) },
    { what: "a value too many", given: [...y, 0], says: new RegExp(`${y.length}.*${y.length + 1}`) },
    { what: "no values", given: [] },
    { what: "rows of two", given: y.map((value) => [value, value]), says: /one-dimensional/ },
    { what: "a string in place of an array", given: "labels" },
    { what: "a record in place of an array", given: { length: y.length } },
    { what: "a number in place of an array", given: 1 },
  ];
  if (target !== "labels") return [...both, { what: "a string", given: withValue("1"), row: 2 }];
  return [
    ...both,
    { what: "numbers and strings", given: withValue("1"), row: 2, says: /kind/ },
    { what: "numbers and booleans", given: withValue(true), row: 2, says: /kind/ },
    { what: "numbers that are no classes", given: y.map((value) => value + 0.5), says: /[Uu]nknown label type/ },
  ];
}
