import { Matrix } from "../../core/matrix.js";
import type { Transformer } from "../../core/transformer.js";
import { same, that } from "../assertions.js";
import { type Check, check } from "../check.js";
import type { Subject } from "../subject.js";

/** X in, a table of as many rows out. */
export function transformerChecks(s: Subject): readonly Check[] {
  const { rows, y } = s.problem;

  return [
    check("57", "transform answers a Matrix of as many rows, of finite numbers", async () => {
      const out = await s.ask(await s.fitted(), "transform");
      that(out instanceof Matrix, "transform must answer a Matrix");
      same(out.rows, rows.length, "number of rows");
      that(out.toFloat64().every(Number.isFinite), "all values must be finite");
    }),
    check("57", "fitTransform is fit and then transform", async () => {
      const made = s.make() as unknown as Transformer<object, object>;
      if (typeof made.fitTransform !== "function") return;
      const out = await made.fitTransform(rows, y as readonly number[], { pool: s.pools.inline });
      const fitted = await s.fitted();
      same(out, await s.ask(fitted, "transform"), "answer");
      same(made.state, fitted.state, "state");
      same(await made.fitTransform(rows, y as readonly number[], { pool: s.pools.inline }), out, "the second answer");
    }),
  ];
}
