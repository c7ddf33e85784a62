// The process of the jobs in these tests: does what its spec says, one step after the other.
import { appendFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { getPriority } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { runJob } from "trellis-learn/job";

runJob(async ({ steps }, { id, folder, signal, emit }) => {
  appendFileSync(join(folder, "starts"), `${process.pid}\n`);
  const starts = readFileSync(join(folder, "starts"), "utf8").trim().split("\n").length;
  let result = null;
  for (const [step, value] of steps) {
    if (step === "emit") emit(...value);
    if (step === "emit large") emit("large", "x".repeat(value));
    if (step === "emit wrong") result = value.map(([type, length]) => refusal(() => emit(type, "x".repeat(length))));
    if (step === "result") result = value;
    if (step === "large result") result = "x".repeat(value);
    if (step === "throw") throw Object.assign(new Error(value.message), value.code && { code: value.code });
    if (step === "sleep") await setTimeout(value * 1000, undefined, { signal });
    if (step === "ignore the signal") await setTimeout(value * 1000);
    if (step === "wait for file")
      while (!existsSync(join(folder, "..", value))) await setTimeout(5, undefined, { signal });
    if (step === "die") process.kill(process.pid, "SIGKILL");
    if (step === "die at start") if (starts <= value) process.kill(process.pid, "SIGKILL");
    if (step === "emit start") emit("started", { starts });
    if (step === "priorities") result = readdirSync("/proc/self/task").map((thread) => getPriority(Number(thread)));
    if (step === "send nonsense") for (const message of value) process.send(message);
    if (step === "facts") result = { id, folder, starts, args: process.execArgv, flag: process.env.JOB_TEST };
    if (step === "write") writeFileSync(join(folder, value), "");
  }
  return result;
});

function refusal(what) {
  try {
    what();
    return null;
  } catch (error) {
    return error.message;
  }
}
