import { describe, read, startSides, time } from "./compare.mjs";

/**
 * Rows that are measured in one process a side, each with what the ones before have left there; and all of them together, as the sum
 * of the same readings.
 * @typedef {object} Chain
 * @property {string} id of the sum
 * @property {string} what
 * @property {number} goal
 * @property {string} peer
 * @property {number[]} cpus
 * @property {() => object[]} tables
 * @property {object[]} warm
 * @property {(Pick<import("./compare.mjs").Row, "id" | "what" | "goal" | "summary"> & { timed: object })[]} chain
 */

/**
 * Measures a chain once: ours, peer, ours, peer ..., row by row.
 * @param {Chain} chain
 * @param {{ script: string, say(text: string): void }} run
 * @returns {Promise<object[]>} a result for each row and, last, for their sum
 */
export async function measureChain({ chain, ...shared }, { script, say }) {
  const tables = shared.tables();
  const sides = startSides(shared, script, null);
  const results = [];
  try {
    for (const side of sides) {
      await side.attempt(async () => {
        for (const command of [...tables, ...shared.warm]) await side.process.ask(command);
      });
    }
    for (const part of chain) {
      const row = { ...part, peer: shared.peer };
      for (const side of sides) {
        side.seconds = [];
        await side.attempt(() => read(side, row));
        if (!side.error) say(`${row.id}: ${side.label} ${time(side.seconds[0])}`);
      }
      results.push(describe(row, sides));
    }
  } finally {
    for (const side of sides) await side.process.stop();
  }
  return [...results, sumOf(shared, results)];
}

function sumOf({ id, what, peer, goal }, results) {
  const sum = (field) => {
    const all = results.map((row) => row[field]);
    return all.includes(null) ? null : all.reduce((total, seconds) => total + seconds, 0);
  };
  const [oursS, peerS] = [sum("ours_s"), sum("peer_s")];
  const ratio = oursS !== null && peerS !== null ? peerS / oursS : null;
  return { id, what, ours_s: oursS, peer, peer_s: peerS, ratio, goal, met: ratio === null ? null : ratio >= goal };
}
