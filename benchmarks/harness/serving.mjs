import { fileURLToPath } from "node:url";
import { median } from "./answer.mjs";
import { describe, startSides, time } from "./compare.mjs";
import { busyCores } from "./machine.mjs";
import { freePort, RunningService } from "./running-service.mjs";
import { Side } from "./side.mjs";
import { nodeLts } from "./sides.mjs";

const generatorScript = fileURLToPath(new URL("load.mjs", import.meta.url));

/**
 * Rows that are read off the same running services. `--only` takes the id of the whole group.
 * @typedef {object} ServingGroup
 * @property {string} id
 * @property {string | null} peer
 * @property {number[]} cpus of the sides, which fit beforehand
 * @property {number[]} generatorCpus
 * @property {() => object[]} tables
 * @property {(role: string) => object} prepare the operation that leaves fitted models where `service` finds them
 * @property {(stage: Stage) => Promise<void>} measure
 * @property {Pick<import("./compare.mjs").Row, "id" | "what" | "goal" | "also" | "summary">[]} rows
 */

/** The sides, a load generator, and the services that a measurement has started. */
export class Stage {
  #generator;
  #rounds;
  #say;
  #services = [];
  #readings = [];

  constructor({ sides, generator, rounds, say }) {
    this.sides = sides;
    this.#generator = generator;
    this.#rounds = rounds;
    this.#say = say;
  }

  /** Runs `work` for each side in turn; one that fails is left out from then on. */
  async each(work) {
    for (const side of this.sides) await side.attempt(() => work(side));
  }

  /** The same in every round: ours, peer, ours, peer, ... */
  async inRounds(work) {
    for (let round = 0; round < this.#rounds; round++) await this.each((side) => work(side, round));
  }

  /**
   * @param {object} side
   * @param {{ model: string, cpus: number[] }} options
   * @returns {Promise<{ service: RunningService, seconds: number }>} once it is ready, and how long that took
   */
  async start(side, { model, cpus }) {
    const port = await freePort();
    const { command, env, ready } = await side.process.ask({ ...side.prepared, op: "service", model, port });
    const service = new RunningService({ command, env, cpus, url: `http://127.0.0.1:${port}` });
    this.#services.push(service);
    return { service, seconds: await service.ready(ready) };
  }

  /** Has the load generator send requests. @param {object} command of load.mjs */
  load(command) {
    return this.#generator.ask(command);
  }

  /** Keeps one reading of a row. @param {Record<string, number | null>} fields */
  record(side, row, seconds, fields = {}) {
    this.#readings.push({ side, row, seconds, fields });
    this.#say(`${row}: ${side.label} ${time(seconds)}`);
  }

  /** @returns {object} what the results file says of a row: the medians of its readings */
  resultOf(row) {
    const sides = this.sides.map((side) => {
      const readings = this.#readings.filter((reading) => reading.side === side && reading.row === row.id);
      const fields = Object.keys(readings[0]?.fields ?? {});
      const answer = Object.fromEntries(
        fields.map((name) => [name, middle(readings.map((reading) => reading.fields[name]))]),
      );
      return { ...side, seconds: readings.map(({ seconds }) => seconds), answer };
    });
    return describe(row, sides);
  }

  async end() {
    for (const service of this.#services) await service.stop();
    for (const side of this.sides) await side.process.stop();
    await this.#generator.stop();
  }
}

/** A field that a reading lacks, such as the time of rejects where none was rejected, has no median. */
const middle = (values) => (values.includes(null) ? null : median(values));

/**
 * @param {ServingGroup} group
 * @param {{ script: string, rounds: number, say(text: string): void }} run
 * @returns {Promise<object[]>} a result for each row
 */
export async function measureServing(group, { script, rounds, say }) {
  const tables = group.tables();
  const stage = new Stage({
    sides: startSides(group, script, null),
    generator: new Side({
      name: "the load generator",
      command: [nodeLts, generatorScript],
      cpus: group.generatorCpus,
    }),
    rounds,
    say,
  });
  try {
    await stage.each(async (side) => {
      side.prepared = group.prepare(side.role);
      for (const command of tables) await side.process.ask(command);
      side.after = await side.process.ask(side.prepared);
    });
    const idle = await busyCores();
    await group.measure(stage);
    return group.rows.map((row) => ({
      ...stage.resultOf({ peer: group.peer, ...row }),
      busy_cores_before: idle,
    }));
  } finally {
    await stage.end();
  }
}
