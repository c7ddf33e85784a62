import { median } from "./answer.mjs";
import { busyCores } from "./machine.mjs";
import { nodeLts, peers, startOurs, startPeer } from "./sides.mjs";

/** A reading of a peer that takes longer than this is taken once. */
const LONG_S = 100;

/**
 * @typedef {object} Row
 * @property {string} id
 * @property {string} what
 * @property {number} goal least ratio that we promise
 * @property {string | null} peer a name of harness/sides.mjs, "ours" where we are compared with ourselves, or null where
 *   we are measured alone
 * @property {number[]} cpus the processors that every side is pinned to
 * @property {() => object[]} tables the tables that the row needs, as commands to load them
 * @property {object[]} warm untimed operations: modules compile, workers start
 * @property {object} timed the operation that is measured: its answer holds `seconds`
 * @property {object} [peerTimed] the same for the peer, where it differs
 * @property {object | object[]} [after] untimed operations that say how good the last model is: the fields of their
 *   answers (`accuracy`, `log_loss`) are told of both sides
 * @property {boolean} [memory] whether peak resident memory is measured too
 * @property {boolean} [onlyLts] whether the current Node.js is left out
 * @property {number} [rounds] where it is not the run's own
 * @property {(answers: { ours: any, peer: any }) => object} [summary] further fields, of each side's last answer with the
 *   fields of `after`, `peak_mb` and `median_s` among its own
 * @property {Record<string, number>} [also] fields of the result that have to reach a goal of their own
 */

/**
 * Measures one row: every side is started, loads, warms up; then ours, peer, ours, peer ... one at a time.
 * @param {Row} row
 * @param {{ script: string, currentNode: string | null, rounds: number, say(text: string): void }} run
 */
export async function measureRow(row, { script, currentNode, rounds, say }) {
  const tables = row.tables();
  const idle = await busyCores();
  const sides = startSides(row, script, row.onlyLts ? null : currentNode);
  try {
    for (const side of sides) {
      await side.attempt(async () => {
        for (const command of [...tables, ...row.warm]) await side.process.ask(command);
      });
    }
    for (let round = 0; round < (row.rounds ?? rounds); round++) {
      for (const side of sides) {
        if (side.seconds[0] > LONG_S && side.role === "peer") continue;
        await side.attempt(() => read(side, row));
        if (!side.error) say(`${row.id}: ${side.label} ${time(side.seconds.at(-1))}`);
      }
    }
    if (row.after) {
      for (const side of sides) await side.attempt(() => askAfter(side, [row.after].flat()));
    }
  } finally {
    for (const side of sides) await side.process.stop();
  }
  return { ...describe(row, sides), busy_cores_before: idle };
}

/** A process for each side of a row; `currentNode`: the binary of a further one for us, or null. */
export function startSides(row, script, currentNode) {
  const sides = [newSide("ours", "ours", startOurs(script, nodeLts, row.cpus))];
  if (row.peer === "ours") sides.push(newSide("peer", "ours, compared with", startOurs(script, nodeLts, row.cpus)));
  else if (peers[row.peer]?.here()) sides.push(newSide("peer", row.peer, startPeer(row.peer, row.cpus)));
  if (currentNode)
    sides.push(newSide("current", "ours on the current Node.js", startOurs(script, currentNode, row.cpus)));
  return sides;
}

function newSide(role, label, process) {
  return {
    role,
    label,
    process,
    seconds: [],
    peaks: [],
    error: null,
    answer: null,
    after: null,
    /** A side that has failed is left out of the rest of its row; the other side is measured all the same. */
    async attempt(work) {
      if (this.error) return;
      try {
        await work();
      } catch (error) {
        this.error = error.message;
      }
    },
  };
}

/** Measures the row's operation once, as one more reading of that side. */
export async function read(side, row) {
  if (row.memory) side.process.forgetPeak();
  side.answer = await side.process.ask((side.role === "peer" && row.peerTimed) || row.timed);
  side.seconds.push(side.answer.seconds);
  if (row.memory) side.peaks.push(side.process.peakMb());
}

async function askAfter(side, operations) {
  for (const operation of operations) side.after = { ...side.after, ...(await side.process.ask(operation)) };
}

/** @returns {object} what the results file says of a row */
export function describe(row, sides) {
  const [ours, peer, current] = ["ours", "peer", "current"].map((role) => sides.find((side) => side.role === role));
  const seconds = (side) => (side?.seconds.length && !side.error ? median(side.seconds) : null);
  const [oursS, peerS] = [seconds(ours), seconds(peer)];
  const both = oursS !== null && peerS !== null;
  const complete = row.peer === null ? oursS !== null : both;
  const result = {
    id: row.id,
    what: row.what,
    ours_s: oursS,
    peer: row.peer === "ours" ? "trellis-learn itself" : row.peer,
    peer_s: peerS,
    ratio: both ? peerS / oursS : null,
    goal: row.goal,
    met: null,
    ours_rounds: ours.seconds,
    peer_rounds: peer?.seconds ?? [],
  };
  if (current) result[`ours_s_node${process.versions.node.split(".")[0]}`] = seconds(current);
  for (const side of [ours, peer]) {
    if (!side || seconds(side) === null) continue;
    for (const [field, value] of Object.entries(side.after ?? {})) result[`${side.role}_${field}`] = value;
    if (row.memory && side.peaks[0] !== null) result[`${side.role}_peak_mb`] = median(side.peaks);
  }
  if (result.ours_peak_mb && result.peer_peak_mb) result.memory_ratio = result.peer_peak_mb / result.ours_peak_mb;
  if (row.also) result.also = row.also;
  if (complete && row.summary) Object.assign(result, row.summary({ ours: whole(ours), peer: peer && whole(peer) }));
  if (complete) {
    const goals = { [result.goal_of ?? "ratio"]: row.goal, ...row.also };
    result.met = Object.entries(goals).every(([field, least]) => (result[field] ?? -Infinity) >= least);
  }
  if (!peer && row.peer !== null) result.peer_missing = `${row.peer} is not installed: ${peers[row.peer].setup}`;
  for (const side of sides) if (side.error) result[`${side.role}_error`] = side.error;
  return result;
}

const whole = (side) => ({
  ...side.answer,
  median_s: median(side.seconds),
  ...side.after,
  peak_mb: side.peaks.length > 0 && side.peaks[0] !== null ? median(side.peaks) : null,
});

/** @param {number | null} seconds */
export function time(seconds) {
  if (seconds === null) return "-";
  if (seconds >= 1) return `${seconds.toPrecision(3)} s`;
  return seconds >= 1e-3 ? `${(seconds * 1e3).toPrecision(3)} ms` : `${(seconds * 1e6).toPrecision(3)} us`;
}
