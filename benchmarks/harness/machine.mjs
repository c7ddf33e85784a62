import { execFileSync } from "node:child_process";
import { cpus, loadavg, release, totalmem } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";

export const machine = () => ({
  cpu: cpus()[0]?.model ?? "unknown",
  cores: cpus().length,
  memory_gb: Math.round(totalmem() / 2 ** 30),
  system: `${process.platform} ${release()} ${process.arch}`,
});

/** @returns {string | null} the commit that is measured, with "+" when files differ from it */
export function commit() {
  const git = (...args) => execFileSync("git", args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  try {
    return git("rev-parse", "--short", "HEAD") + (git("status", "--porcelain") ? "+" : "");
  } catch {
    return null;
  }
}

/** How many cores were busy, on average, during `ms` milliseconds from now: what runs besides us, as we only wait. */
export async function busyCores(ms = 1000) {
  const sum = () => {
    const total = { busy: 0, all: 0 };
    for (const { times } of cpus()) {
      const all = times.user + times.nice + times.sys + times.idle + times.irq;
      total.all += all;
      total.busy += all - times.idle;
    }
    return total;
  };
  const before = sum();
  await sleep(ms);
  const after = sum();
  const share = (after.busy - before.busy) / Math.max(after.all - before.all, 1);
  return Math.round(share * cpus().length * 100) / 100;
}

const LOAD_LIMIT = 0.5;
const BUSY_LIMIT = 0.15;

/**
 * Waits until nothing else runs: load averages lag by a minute, so a build that has just ended is given time to fade.
 * @returns {Promise<string | null>} null when it is quiet; otherwise what was seen
 */
export async function otherWork(patienceMs = 120_000) {
  for (const start = Date.now(); ; ) {
    const busy = await busyCores();
    const load = Math.round(loadavg()[0] * 100) / 100;
    if (busy <= BUSY_LIMIT && load <= LOAD_LIMIT) return null;
    const seen = `load average ${load} (quiet: up to ${LOAD_LIMIT}), ${busy} cores busy (quiet: up to ${BUSY_LIMIT})`;
    if (Date.now() - start >= patienceMs) return seen;
    console.error(`waiting for a quiet machine: ${seen}`);
    await sleep(9000);
  }
}
