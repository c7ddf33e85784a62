import { same } from "../assertions.js";
import { type Check, check } from "../check.js";
import type { Subject } from "../subject.js";

/** The bits do not depend on who did the work. */
export function determinismChecks(s: Subject): readonly Check[] {
  const expectation = async () => {
    const fitted = await s.fitted();
    return { state: fitted.state, answers: await s.answers(fitted) };
  };
  const pools = {
    "1 worker": () => s.pools.workers(1),
    "2 workers": () => s.pools.workers(2),
    "3 workers": () => s.pools.workers(3),
    "2 workers without shared memory": () => s.pools.apart,
  };

  return Object.entries(pools).map(([what, poolOf]) =>
    check(null, `${what} give the bits that the calling thread gives`, async () => {
      const { state, answers } = await expectation();
      const pool = poolOf();
      const fitted = await s.fit(s.make(), s.problem.rows, s.problem.y, { pool });
      same(fitted.state, state, "state");
      same(await s.answers(fitted, s.problem.rows, { pool }), answers, "answers");
    }),
  );
}
