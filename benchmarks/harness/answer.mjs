import { createInterface } from "node:readline";

/**
 * The other end of a Side, for sides written in JavaScript: answers each JSON line on stdin with one on stdout.
 * @param {Record<string, (command: any) => object | Promise<object>>} operations
 */
export async function answerWith(operations) {
  for await (const line of createInterface({ input: process.stdin })) {
    const command = JSON.parse(line);
    let answer;
    try {
      if (!(command.op in operations)) throw new Error(`there is no operation "${command.op}" on this side`);
      answer = await operations[command.op](command);
    } catch (error) {
      answer = { error: String(error?.message ?? error) };
    }
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  }
  process.exit(0);
}

/**
 * @param {number} repeat
 * @param {() => unknown} work
 * @returns {Promise<number[]>} the seconds of each repetition
 */
export async function timesOf(repeat, work) {
  const seconds = [];
  for (let i = 0; i < repeat; i++) {
    const start = performance.now();
    await work();
    seconds.push((performance.now() - start) / 1000);
  }
  return seconds;
}

/** @param {readonly number[]} values @param {number} q from 0 to 1 */
export function quantile(values, q) {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (sorted.length - 1) * q;
  const low = Math.floor(at);
  return sorted[low] + (at - low) * (sorted[Math.ceil(at)] - sorted[low]);
}

export const median = (values) => quantile(values, 0.5);
