import { InvalidDataError } from "../../core/errors.js";
import { Matrix } from "../../core/matrix.js";
import { failureOf, refused, same, that, within } from "../assertions.js";
import { type Check, check } from "../check.js";
import type { Subject } from "../subject.js";

/** Inputs that lie, or change under our hands: an error or a snapshot, never a crash, a hang or a silent NaN. */
export function hostileChecks(s: Subject): readonly Check[] {
  const { rows, y } = s.problem;
  const cols = rows[0]!.length;
  const refusedEverywhere = async (what: string, make: () => unknown) => {
    const fitted = await s.fitted();
    const { state } = fitted;
    await refused(() => s.fit(fitted, make()), `fit of ${what}`, { error: InvalidDataError });
    for (const method of s.methods) {
      await refused(() => s.ask(fitted, method, make()), `${method} of ${what}`, { error: InvalidDataError });
    }
    that(fitted.state === state, "the state must be as it was");
  };

  return [
    check("B125", "rows behind a Proxy are rows", async () => {
      const proxied = new Proxy(
        rows.map((row) => new Proxy([...row], {})),
        {},
      );
      same(await s.state(proxied), (await s.fitted()).state, "state");
    }),
    check("B125", "a getter that throws ends fit by its error, and the next fit works", async () => {
      const failure = new Error("thrown by a getter");
      const traps = {
        get: () => {
          throw failure;
        },
      };
      const made = s.make();
      const inputs: readonly unknown[] = [
        new Proxy([...rows], traps),
        [
          ...rows.slice(1),
          new Proxy([...rows[0]!], { get: (row, key) => (key === "3" ? traps.get() : Reflect.get(row, key)) }),
        ],
        {
          get shape() {
            throw failure;
          },
          data: [],
        },
      ];
      for (const X of inputs)
        that((await failureOf(() => s.fit(made, X))) === failure, "fit must throw the getter's error");
      await s.fit(made);
      same(made.state, (await s.fitted()).state, "state of the next fit");
    }),
    check("B125", "lengths that lie are refused", async () => {
      const lying = (target: readonly unknown[], length: unknown) =>
        new Proxy([...target], { get: (array, key) => (key === "length" ? length : Reflect.get(array, key)) });
      await refusedEverywhere("a row that says it is longer", () =>
        rows.map((row, i) => (i === 1 ? lying(row, 9) : row)),
      );
      await refusedEverywhere("rows that all say they are longer", () => rows.map((row) => lying(row, 9)));
      await refusedEverywhere("an array that says it has more rows", () => lying(rows, rows.length + 1));
      await refusedEverywhere("an array that says it has 2^40 rows", () => lying(rows, 2 ** 40));
      await refusedEverywhere("a tensor of 2^40 rows", () => ({ shape: [2 ** 40, cols], data: rows.flat() }));
    }),
    check("B125", "a detached buffer is refused", async () => {
      const detached = <T extends Uint8Array | Float32Array | Float64Array>(array: T): T => {
        structuredClone(array.buffer, { transfer: [array.buffer as ArrayBuffer] });
        return array;
      };
      const matrixOf = (data: Uint8Array | Float32Array | Float64Array) => {
        const matrix = new Matrix(data, rows.length, cols);
        detached(data);
        return matrix;
      };
      for (const kind of [Uint8Array, Float32Array, Float64Array]) {
        await refusedEverywhere(`a Matrix over a detached ${kind.name}`, () => matrixOf(kind.from(rows.flat())));
        await refusedEverywhere(`a view over a detached ${kind.name}`, () => {
          const data = kind.from(rows.flat());
          const view = new Matrix(data, rows.length, cols).take([0, 1, 2, ...rows.keys()].slice(0, rows.length));
          detached(data);
          return view;
        });
        await refusedEverywhere(`a detached row of ${kind.name}`, () =>
          rows.map((row, i) => (i === 4 ? detached(kind.from(row)) : kind.from(row))),
        );
      }
    }),
    check("B125", "a resizable buffer that has shrunk is refused", async () => {
      type Resizable = ArrayBuffer & { resize?(bytes: number): void };
      await refusedEverywhereIfPossible();
      async function refusedEverywhereIfPossible() {
        const Buffer = ArrayBuffer as unknown as new (bytes: number, options: object) => Resizable;
        if (new Buffer(8, { maxByteLength: 16 }).resize === undefined) return;
        await refusedEverywhere("a Matrix over a buffer that has shrunk", () => {
          const buffer = new Buffer(rows.length * cols, { maxByteLength: rows.length * cols });
          const data = new Uint8Array(buffer);
          data.set(rows.flat());
          const matrix = new Matrix(data, rows.length, cols);
          buffer.resize!(rows.length);
          return matrix;
        });
      }
    }),
    check(
      "B125",
      "data that are changed right after fit was called give a snapshot or an error, never a crash",
      async () => {
        const changes: Readonly<Record<string, (X: number[][], labels: unknown[]) => void>> = {
          "cells of X": (X) => X.forEach((row) => void row.fill(Number.NaN)),
          "rows of X": (X) => void (X.length = 1),
          "widths of X": (X) => X.forEach((row) => void row.push(1)),
          "values of y": (_, labels) => void labels.fill(null),
          "length of y": (_, labels) => void (labels.length = 1),
        };
        for (const [what, change] of Object.entries(changes)) {
          const X = rows.map((row) => [...row]);
          const labels = [...(y ?? rows.map(() => 0))];
          const made = s.make();
          const fit = within(20_000, s.fit(made, X, y && labels), `fit while ${what} change`);
          change(X, labels);
          const failure = await failureOf(() => fit);
          if (failure === null) same(made.state, (await s.fitted()).state, `state when ${what} change`);
          else
            that(
              failure instanceof InvalidDataError,
              `${what} changed; fit must throw an InvalidDataError; got ${failure}`,
            );
        }
      },
    ),
    check("B125", "a Matrix that is written to during fit never brings a crash or a hang", async () => {
      const data = Float64Array.from(rows.flat());
      const made = s.make();
      const fit = within(20_000, s.fit(made, new Matrix(data, rows.length, cols)), "fit while its Matrix changes");
      data.fill(1e308);
      await failureOf(() => fit);
      await s.fit(made);
      same(made.state, (await s.fitted()).state, "state of the next fit");
    }),
    check("B125", "keys of Object.prototype are no parameters, and nothing is polluted", async () => {
      for (const key of ["__proto__", "constructor", "toString", "hasOwnProperty"]) {
        const patch = JSON.parse(`{"${key}": {"polluted": true}}`) as object;
        await refused(() => s.make().setParams(patch), `setParams of ${key}`);
        await refused(() => s.make().clone(patch), `clone with ${key}`);
      }
      that(!("polluted" in {}), "Object.prototype has been polluted");
    }),
  ];
}
