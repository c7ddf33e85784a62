// Kills a search again and again, and checks that nothing is lost, nothing counted twice, and the end is the same.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { crc32 } from "node:zlib";

export const UNITS = 24 * 3;
const PROGRAM = fileURLToPath(new URL("search-program.mjs", import.meta.url));

/** A folder of its own for a journal, removed after use. */
export async function inFolder(use) {
  const folder = mkdtempSync(join(tmpdir(), "trellis-crash-"));
  try {
    return await use(join(folder, "search.journal"), folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Runs the program until it ends, or is killed after `killAfter` milliseconds or at its failpoint.
 *
 * @returns what it acknowledged, and what it found (null if it was killed first)
 */
export function runOnce(journal, { killAfter = null, failpoint = null } = {}) {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, ...(failpoint && { FAILPOINT: failpoint }) };
    const child = spawn(process.execPath, [PROGRAM, journal], { env, stdio: ["ignore", "pipe", "pipe"] });
    const timer = killAfter === null ? null : setTimeout(() => child.kill("SIGKILL"), killAfter);
    let [output, complaint] = ["", ""];
    child.stdout.on("data", (text) => (output += text));
    child.stderr.on("data", (text) => (complaint += text));
    child.on("error", reject);
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      if (code !== 0 && signal !== "SIGKILL") return reject(new Error(`the search failed: ${complaint}`));
      const said = output
        .split("\n")
        .filter((line) => line.endsWith("}"))
        .map((line) => JSON.parse(line));
      resolve({
        acks: said.flatMap(({ ack }) => (ack === undefined ? [] : [ack])),
        found: said.find(({ found }) => found !== undefined)?.found ?? null,
        killed: signal === "SIGKILL",
      });
    });
  });
}

/** The units of a journal, read by other code than the library's own: [key, ...] of the good lines. */
export function unitsOf(journal) {
  if (!existsSync(journal)) return [];
  const keys = [];
  for (const line of readFileSync(journal, "utf8").split("\n").slice(1)) {
    const cut = line.lastIndexOf(',"crc":"');
    if (cut < 0 || !line.endsWith('"}')) continue;
    const sum = crc32(line.slice(0, cut)).toString(16).padStart(8, "0");
    if (line.slice(cut + 8, -2) === sum) keys.push(JSON.parse(line).key);
  }
  return keys;
}

/** Checks the journal after a run: every acknowledged unit is in it, once. */
export function checkJournal(journal, acks) {
  const units = unitsOf(journal);
  const known = new Set(units);
  assert.equal(known.size, units.length, "no unit is there twice");
  for (const ack of acks) assert.ok(known.has(ack.slice(0, 32)), "no acknowledged unit is lost");
}

/**
 * Runs the search to its end, killed by each of `kills` first, and checks it against the run that was let alone.
 *
 * @param kills what `runOnce` is told, one after the other
 */
export async function checkKilled(golden, kills, { before } = {}) {
  return inFolder(async (journal, folder) => {
    before?.(journal);
    const acks = [];
    let killed = 0;
    let end = null;
    for (const kill of [...kills, {}]) {
      const run = await runOnce(journal, kill);
      acks.push(...run.acks);
      checkJournal(journal, acks);
      if (run.killed) killed++;
      else {
        end = run.found;
        break;
      }
    }
    assert.deepEqual(end, golden, "the end is that of the run that was let alone");
    assert.equal(new Set(acks).size, acks.length, "no unit is computed again once it was acknowledged");
    assert.equal(unitsOf(journal).length, UNITS);
    const left = readdirSync(folder).filter((name) => name !== "search.journal" && !name.includes(".torn-"));
    assert.deepEqual(left, [], "no lock and no temporary file is left");
    return killed;
  });
}

/** What the search finds when nobody kills it, how long that takes, and its journal. */
export async function letAlone() {
  return inFolder(async (journal) => {
    const started = performance.now();
    const { found, acks } = await runOnce(journal);
    const milliseconds = performance.now() - started;
    assert.equal(acks.length, UNITS);
    return { found, milliseconds, bytes: readFileSync(journal) };
  });
}

/** Begins with the first bytes of a journal that was whole. */
export const truncatedTo = (bytes, length) => (journal) => writeFileSync(journal, bytes.subarray(0, length));

/** Where the writer can be ended; the second figure is how often it comes by in a run, or fewer. */
export const FAILPOINTS = [
  ["before the lock", 1],
  ["opened", 1],
  ["before write", 5],
  ["half written", 5],
  ["written, not synced", 5],
  ["synced, not acknowledged", 5],
  ["acknowledged, not told", 4],
  ["before it is closed", 1],
];

/** Those of them that a run passes only if it finds a torn end. */
export const FAILPOINTS_OF_TORN = [
  ["before the torn end is cut off", 1],
  ["torn end cut off, not synced", 1],
  ["synced after the cut, or the folder", 1],
];
