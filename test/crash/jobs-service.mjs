// The service that is killed: goes on with the job of its folder, or starts it, and says on standard output how it ended.
import { writeSync } from "node:fs";
import { join } from "node:path";
import { openJobs } from "trellis-learn/serve";

const [state] = process.argv.slice(2);
const jobs = await openJobs({ script: new URL("jobs-work.mjs", import.meta.url), folder: join(state, "trainings") });
const { id } = jobs.list()[0] ?? (await jobs.start({ models: join(state, "models") }));
writeSync(1, "ready\n");
const status = await jobs.ended(id);
await jobs.stop();
writeSync(1, `${JSON.stringify(status)}\n`);
