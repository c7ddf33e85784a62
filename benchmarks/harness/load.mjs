// The load generator: sends requests to a service and answers how it was answered. A side of its own (side.mjs), so that it runs on a
// processor that no service has.
import { readFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { createRequire } from "node:module";
import { setTimeout as sleep } from "node:timers/promises";
import { answerWith, quantile } from "./answer.mjs";

const autocannon = createRequire(new URL("../peers/package.json", import.meta.url))("autocannon");
const JSON_BODY = { "content-type": "application/json" };
/** An answer that takes longer than this does not count. */
const PATIENCE_S = 10;

/** @param {string} file of JSON bodies, one a line */
const bodiesOf = (file) => readFileSync(file, "utf8").trim().split("\n");

const isGood = (status) => status >= 200 && status < 300;

/** Closed loop: each connection asks again as soon as it is answered. An answer that is no success fails it all. */
async function closedLoop({ url, path, bodies, connections, seconds }) {
  const times = [];
  const refused = new Map();
  const run = autocannon({
    url: url + path,
    method: "POST",
    headers: JSON_BODY,
    requests: bodiesOf(bodies).map((body) => ({ body })),
    connections,
    duration: seconds,
    timeout: PATIENCE_S,
  });
  // Its own latencies are whole milliseconds.
  run.on("response", (_client, status, _bytes, milliseconds) => {
    if (isGood(status)) times.push(milliseconds / 1000);
    else refused.set(status, (refused.get(status) ?? 0) + 1);
  });
  const { errors, timeouts, duration } = await run;
  if (errors || timeouts || refused.size)
    throw new Error(`${errors} errors, ${timeouts} timeouts, statuses ${[...refused].join("; ") || "all good"}`);
  return { rps: times.length / duration, p50_s: quantile(times, 0.5), p99_s: quantile(times, 0.99) };
}

/**
 * Open loop: requests at constant intervals, whether those before have been answered or not; a request's time begins when it was due,
 * so that a service that stalls is charged for all that had to wait (autocannon sends a second's requests at its beginning).
 * @param {{ url: string, seconds: number, streams: { path: string, rate: number, bodies?: string }[] }} command one stream a path;
 *   POST where it has bodies
 */
async function fixedRate({ url, seconds, streams }) {
  const agent = new Agent({ keepAlive: true });
  try {
    const start = performance.now() + 100;
    return { streams: await Promise.all(streams.map((stream) => streamed({ url, seconds, start, agent, ...stream }))) };
  } finally {
    agent.destroy();
  }
}

async function streamed({ url, path, rate, bodies, seconds, start, agent }) {
  const texts = bodies ? bodiesOf(bodies) : [undefined];
  const count = Math.round(rate * seconds);
  const answers = [];
  for (let i = 0; i < count; i++) {
    const due = start + (i * 1000) / rate;
    const wait = due - performance.now();
    if (wait > 0) await sleep(wait);
    answers.push(answerTo(url + path, texts[i % texts.length], agent, due));
  }
  const settled = await Promise.all(answers);
  return summaryOf(settled, (performance.now() - start) / 1000);
}

/** @returns {Promise<{ status: number | null, seconds: number }>} null: no answer */
function answerTo(url, body, agent, due) {
  return new Promise((resolve) => {
    const settle = (status) => resolve({ status, seconds: (performance.now() - due) / 1000 });
    const options = body === undefined ? {} : { method: "POST", headers: JSON_BODY };
    const asked = request(url, { agent, timeout: PATIENCE_S * 1000, ...options }, (answer) => {
      answer.resume();
      answer.on("end", () => settle(answer.statusCode));
    });
    asked.on("timeout", () => asked.destroy());
    asked.on("error", () => settle(null));
    asked.end(body);
  });
}

/** @param {number} seconds from the first request to the last answer */
function summaryOf(answers, seconds) {
  const timesOf = (which) => answers.filter(({ status }) => which(status)).map((answer) => answer.seconds);
  const [good, rejected] = [timesOf(isGood), timesOf((status) => status === 503 || status === 429)];
  const at = (times, q) => (times.length ? quantile(times, q) : null);
  return {
    sent: answers.length,
    good: good.length,
    rejected: rejected.length,
    failed: answers.length - good.length - rejected.length,
    good_per_s: good.length / seconds,
    p50_s: at(good, 0.5),
    p99_s: at(good, 0.99),
    reject_p99_s: at(rejected, 0.99),
  };
}

await answerWith({ hello: () => ({ versions: {} }), closedLoop, fixedRate });
