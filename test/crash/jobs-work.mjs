// The work of the job that is killed: the search of search-digits.mjs with a journal in the job's folder, and a model in the store.
import { join } from "node:path";
import { runJob } from "trellis-learn/job";
import { modelStore, searchJournal } from "trellis-learn/node";
import { hash, searchDigits } from "./search-digits.mjs";

runJob(async ({ models }, { folder, emit }) => {
  emit("started", { pid: process.pid });
  const journal = searchJournal(join(folder, "search.journal"));
  const found = await searchDigits({
    async open(spec) {
      const opened = await journal.open(spec);
      return {
        seeds: opened.seeds,
        size: opened.size,
        find: (key) => opened.find(key),
        async append(units) {
          await opened.append(units);
          for (const { key } of units) emit("unit-scored", { key: hash(key).slice(0, 32) });
        },
        close: () => opened.close(),
      };
    },
  });
  const { version } = await modelStore(models).publish("digits", Buffer.from(found.model), found.best);
  emit("published", { models: [{ name: "digits", version }] });
  return found;
});
