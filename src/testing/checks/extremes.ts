import { TrellisError } from "../../core/errors.js";
import { Matrix } from "../../core/matrix.js";
import { failureOf, refused, that } from "../assertions.js";
import { type Check, check } from "../check.js";
import type { Subject } from "../subject.js";

/** Finite numbers, however odd, give finite answers or an error. */
export function extremeChecks(s: Subject): readonly Check[] {
  const { rows } = s.problem;
  const tables: Readonly<Record<string, (x: number, i: number, j: number) => number>> = {
    "the largest numbers": (x) => (x - 8) * 1e307,
    "the smallest numbers": (x) => x * 5e-324,
    "integers above 2^53": (x) => x + 2 ** 60,
    "a constant column": (x, _, j) => (j === 1 ? 3 : x),
    "constant columns only": () => 3,
    "columns of very different size": (x, _, j) => x * 10 ** (100 * (j - 2)),
  };
  return Object.entries(tables).map(([what, cell]) =>
    check("NEW", `from ${what} it learns to give finite answers, or refuses them`, async () => {
      const X = rows.map((row, i) => row.map((x, j) => cell(x, i, j)));
      const made = s.make();
      const failure = await failureOf(async () => {
        await s.fit(made, X);
        for (const [method, output] of Object.entries(await s.answers(made, X))) {
          const values: ArrayLike<unknown> = output instanceof Matrix ? output.toFloat64() : output;
          const odd = Array.from(values).findIndex((value) => typeof value === "number" && !Number.isFinite(value));
          if (odd >= 0) throw new NotFinite(`${method} answers ${values[odd]}`);
        }
      });
      that(!(failure instanceof NotFinite), `${(failure as Error | null)?.message}`);
      if (failure !== null) await refused(() => Promise.reject(failure), what, { error: TrellisError });
    }),
  );
}

class NotFinite extends Error {}
