// What is asked of running services: each function takes a stage (serving.mjs) and records readings of the rows that it names.
import { setTimeout as sleep } from "node:timers/promises";

const PREDICT = "/predict";
const HEALTH = "/v2/health/live";

/**
 * Closed loops of 10 and of 50 connections; then requests at a constant rate, half of what the slower side can do.
 * @param {import("./serving.mjs").Stage} stage
 * @param {{ rps: string, p99: string, model: string, bodies: string, seconds: number, cpus: number[] }} options `rps` and `p99` are
 *   the rows
 */
export async function measureModel(stage, { rps, p99, model, bodies, seconds, cpus }) {
  const urls = new Map();
  const closedLoop = (side, connections, duration) =>
    stage.load({ op: "closedLoop", url: urls.get(side), path: PREDICT, bodies, connections, seconds: duration });

  await stage.each(async (side) => {
    urls.set(side, (await stage.start(side, { model, cpus })).service.url);
    await closedLoop(side, 10, 1);
  });
  const loops = new Map(stage.sides.map((side) => [side, []]));
  await stage.inRounds(async (side) => {
    const [ten, fifty] = [await closedLoop(side, 10, seconds), await closedLoop(side, 50, seconds)];
    loops.get(side).push({ ...suffixed(ten, "c10"), ...suffixed(fifty, "c50") });
    stage.record(side, rps, 1 / ten.rps, loops.get(side).at(-1));
  });
  const rate = Math.floor(Math.min(...[...loops.values()].flat().map(({ rps_c10 }) => rps_c10)) / 2);
  await stage.inRounds(async (side, round) => {
    const streams = [{ path: PREDICT, rate, bodies }];
    const [answer] = await fixedRate(stage, { url: urls.get(side), seconds, streams });
    const fixed = { rate, p50_s: answer.p50_s, p99_s: answer.p99_s };
    stage.record(side, p99, answer.p99_s, { ...loops.get(side)[round], ...suffixed(fixed, "fixed") });
  });
}

/**
 * 100 predictions and 10 questions for health a second: while nothing else happens, and while the service trains.
 * @param {import("./serving.mjs").Stage} stage
 * @param {{ predict: string, health: string, model: string, bodies: string, seconds: number, cpus: number[], training: object }} options
 *   `predict` and `health` are the rows, `training` is the body of a training that takes longer than `seconds`
 */
export async function measureWhileTraining(stage, { predict, health, model, bodies, seconds, cpus, training }) {
  const streams = [
    { path: PREDICT, rate: 100, bodies },
    { path: HEALTH, rate: 10 },
  ];
  await stage.each(async (side) => {
    const { service } = await stage.start(side, { model, cpus });
    const ask = (duration) => fixedRate(stage, { url: service.url, seconds: duration, streams });
    await ask(1);
    const idle = await ask(seconds);
    const job = await startTraining(service.url, training);
    await sleep(3000);
    const busy = await ask(seconds);
    await endTraining(job);
    for (const [i, row] of [predict, health].entries()) {
      const fields = {
        idle_p50_s: idle[i].p50_s,
        idle_p99_s: idle[i].p99_s,
        p50_s: busy[i].p50_s,
        p99_s: busy[i].p99_s,
      };
      stage.record(side, row, busy[i].p99_s, fields);
    }
  });
}

/** @returns {Promise<string>} the URL of the job */
async function startTraining(url, spec) {
  const answer = await fetch(`${url}/training`, {
    method: "POST",
    headers: { "content-type": "application/json", prefer: "respond-async" },
    body: JSON.stringify(spec),
  });
  if (answer.status !== 202) throw new Error(`POST /training: ${answer.status} ${await answer.text()}`);
  return new URL(answer.headers.get("location"), url).href;
}

/** Ends a job, which has to run still: otherwise it was not measured beside. */
async function endTraining(job) {
  const { state } = await (await fetch(job)).json();
  if (state !== "running") throw new Error(`the training was ${state} before the measurement had ended`);
  await fetch(job, { method: "DELETE" });
}

/**
 * What a service can do with 50 connections, and then five times as many requests a second.
 * @param {import("./serving.mjs").Stage} stage
 * @param {{ row: string, model: string, bodies: string, seconds: number, cpus: number[] }} options
 */
export async function measureOverload(stage, { row, model, bodies, seconds, cpus }) {
  await stage.each(async (side) => {
    const { url } = (await stage.start(side, { model, cpus })).service;
    const closedLoop = (duration) =>
      stage.load({ op: "closedLoop", url, path: PREDICT, bodies, connections: 50, seconds: duration });
    await closedLoop(1);
    const { rps } = await closedLoop(seconds);
    const streams = [{ path: PREDICT, rate: Math.round(5 * rps), bodies }];
    const {
      streams: [answer],
    } = await stage.load({ op: "fixedRate", url, seconds, streams });
    stage.record(side, row, answer.p50_s, { capacity_rps: rps, ...answer });
  });
}

/**
 * How long a service takes until it is ready, and its memory two seconds later, when nobody has asked it for anything.
 * @param {import("./serving.mjs").Stage} stage
 * @param {{ start: string, memory: string, model: string, cpus: number[] }} options `start` and `memory` are the rows
 */
export async function measureStarts(stage, { start, memory, model, cpus }) {
  await stage.inRounds(async (side) => {
    const { service, seconds } = await stage.start(side, { model, cpus });
    await sleep(2000);
    stage.record(side, start, seconds);
    stage.record(side, memory, seconds, { mb: service.memoryMb() });
    await service.stop();
  });
}

/** Load at constant rates, all of whose requests have to be answered. @returns {Promise<object[]>} an answer for each stream */
async function fixedRate(stage, command) {
  const { streams } = await stage.load({ op: "fixedRate", ...command });
  for (const { sent, good, rejected, failed } of streams) {
    if (good < sent) throw new Error(`of ${sent} requests ${rejected} were rejected and ${failed} failed`);
  }
  return streams;
}

const suffixed = (fields, suffix) =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [`${name}_${suffix}`, value]));
