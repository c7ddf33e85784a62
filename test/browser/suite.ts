// The common suite in a page: the very file that vitest runs in Node.
import "../common/estimators.test.js";
import { answer } from "./answer.js";
import { endings, tests } from "./collected.js";

answer(async () => {
  const failures: string[] = [];
  for (const { title, run } of tests) {
    try {
      await run();
    } catch (error) {
      failures.push(`${title}: ${String(error)}`);
    }
  }
  for (const end of endings) await end();
  return { tests: tests.length, failures };
});
