import type { Output } from "../../core/estimator.js";
import { Rng } from "../../core/random.js";
import { same, that } from "../assertions.js";
import { type Check, check } from "../check.js";
import { type Subject, takeRows } from "../subject.js";

/** What is answered of a row depends on that row alone. */
export function invarianceChecks(s: Subject): readonly Check[] {
  const { rows } = s.problem;
  const everyRow = rows.map((_, i) => i);
  const expectRows = (
    part: Readonly<Record<string, Output>>,
    whole: Readonly<Record<string, Output>>,
    of: readonly number[],
  ) => {
    for (const method of s.methods) same(part[method], takeRows(whole[method]!, of), method);
  };

  return [
    check("52", "rows asked in batches, or one by one, are answered as all at once", async () => {
      const fitted = await s.fitted();
      const whole = await s.answers(fitted);
      for (const size of [1, 7]) {
        for (let from = 0; from < rows.length; from += size) {
          const batch = everyRow.slice(from, from + size);
          expectRows(
            await s.answers(
              fitted,
              batch.map((i) => rows[i]),
            ),
            whole,
            batch,
          );
        }
      }
    }),
    check("53", "rows asked in another order are answered the same", async () => {
      const fitted = await s.fitted();
      const order = Array.from(new Rng(5).permutation(rows.length));
      expectRows(
        await s.answers(
          fitted,
          order.map((i) => rows[i]),
        ),
        await s.answers(fitted),
        order,
      );
    }),
    check(null, "a row that comes often is answered the same each time", async () => {
      const fitted = await s.fitted();
      const order = rows.map(() => 1);
      expectRows(
        await s.answers(
          fitted,
          order.map((i) => rows[i]),
        ),
        await s.answers(fitted),
        order,
      );
    }),
    check("NEW", "zero and negative zero are one number", async () => {
      const signed = (zero: number) => rows.map((row) => row.map((x, j) => (x < 5 || j === 0 ? zero : x)));
      const plain = await s.fit(s.make(), signed(0));
      const negative = await s.fit(s.make(), signed(-0));
      const isEqual = (a: Output, b: Output) => {
        const others = valuesOf(b);
        return valuesOf(a).every((value, i) => value === others[i]);
      };
      for (const method of s.methods) {
        const expected = await s.ask(plain, method, signed(0));
        that(isEqual(await s.ask(plain, method, signed(-0)), expected), `${method} tells -0 from 0`);
        that(isEqual(await s.ask(negative, method, signed(0)), expected), `a fit tells -0 from 0 by ${method}`);
      }
    }),
  ];
}

function valuesOf(output: Output): readonly unknown[] {
  return "toFloat64" in output ? Array.from(output.toFloat64()) : Array.from(output);
}
