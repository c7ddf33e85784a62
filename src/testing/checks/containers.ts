import { close, same } from "../assertions.js";
import { type Check, check } from "../check.js";
import { PRECISIONS, scaled } from "../containers.js";
import type { Subject } from "../subject.js";

/** Whatever container the numbers come in, the same bits come out, and what came in is left alone. */
export function containerChecks(s: Subject): readonly Check[] {
  const { rows } = s.problem;
  const fittedTo = (X: unknown) => s.fit(s.make(), X);

  return [
    ...PRECISIONS.map(({ what, containers }) =>
      check("29", `every container of ${what} gives the same state and the same answers`, async () => {
        const first = await fittedTo(containers[0]!.of(rows));
        const answers = await s.answers(first, containers[0]!.of(rows));
        for (const { what: container, of } of containers.slice(1)) {
          same((await fittedTo(of(rows))).state, first.state, `state of a fit to ${container}`);
          same(await s.answers(first, of(rows)), answers, `answers to ${container}`);
        }
      }),
    ),
    check("29", "f64, f32 and bytes of the same integers give the same answers but for rounding", async () => {
      const [expected, ...others] = await Promise.all(
        PRECISIONS.map(async ({ containers: [container] }) =>
          s.answers(await fittedTo(container!.of(rows)), container!.of(rows)),
        ),
      );
      for (const answers of others) close(answers, expected, Math.max(1e-4, s.tolerance), "answers");
    }),
    check("29", "bytes with a scale are the f32 values that they stand for", async () => {
      const { bytes, f32 } = scaled(rows, 1 / 16);
      const [a, b] = [await fittedTo(bytes), await fittedTo(f32)];
      close(await s.answers(a, bytes), await s.answers(b, f32), Math.max(1e-6, s.tolerance), "answers");
      close(await s.answers(a, f32), await s.answers(a, bytes), Math.max(1e-6, s.tolerance), "answers to the other");
    }),
    check("56", "fit and all methods leave X, y and the weights as they were", async () => {
      for (const { containers } of PRECISIONS) {
        for (const { what, of } of containers.filter(({ what: it }) => !it.includes("tensor"))) {
          const [X, twin] = [of(rows), of(rows)];
          const y = s.problem.y?.slice();
          const sampleWeight = rows.map((_, i) => 1 + (i % 2));
          const estimator = await s.fit(s.make(), X, y, { sampleWeight });
          await s.answers(estimator, X);
          same(X, twin, what);
          same(y, s.problem.y?.slice(), "y");
          same(
            sampleWeight,
            rows.map((_, i) => 1 + (i % 2)),
            "sampleWeight",
          );
        }
      }
    }),
    ...(s.target === "none"
      ? []
      : [
          check("34", "y as a column vector, or in a typed array, is y", async () => {
            const { state } = await s.fitted();
            const y = s.problem.y!;
            const forms = { "rows of one": y.map((value) => [value]), Float64Array: Float64Array.from(y) };
            for (const [form, given] of Object.entries(forms))
              same(await s.state(rows, given), state, `state of ${form}`);
            if (s.target === "labels") same(await s.state(rows, Uint8Array.from(y)), state, "state of Uint8Array");
          }),
        ]),
  ];
}
