// npm run seed:first: the whole training request of the first seed, sent to examples/server as its README sends it, with all that is
// known of it afterwards in docs/reports/data/first-seed-run.json. Where there is Chromium, the page is photographed while it trains and
// when it has. Six minutes on two free cores. STATE_DIR names a folder to keep the models and runs in.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { accuracyScore, fromBytes, logLoss, rocAucScore } from "trellis-learn";
import { findChromium, installPlaywright, launchChromium } from "./chromium.mjs";
import { SERVER, startService } from "./digit-service.mjs";
import { loadTestImages, split } from "./mnist-rows.mjs";

const DATA = fileURLToPath(new URL("../docs/reports/data/", import.meta.url));
const PICTURES = fileURLToPath(new URL("../docs/reports/pictures/", import.meta.url));
const WINDOW = { viewport: { width: 1280, height: 860 } };
/** Milliseconds that a training may take on a slow machine. */
const PATIENCE = 3 * 3600 * 1000;

const temporary = mkdtempSync(join(tmpdir(), "trellis-first-seed-"));
const { STATE_DIR = join(temporary, "state") } = process.env;
const environment = { ...process.env, STATE_DIR, NODE_ENV: "production" };

async function json(response) {
  const answer = await response.json();
  if (!response.ok) throw new Error(`${response.url} answers ${response.status}: ${JSON.stringify(answer)}`);
  return answer;
}

/** Accuracy of the answers to POST /predict, which gets pixels from 0 to 255. */
async function predictOverHttp(url, { X, y }, ensemble) {
  const rows = Array.from({ length: X.rows }, (_, i) => [...X.data.subarray(i * X.cols, (i + 1) * X.cols)]);
  const { prediction } = await post(`${url}/predict`, { ensemble_predict: ensemble, data: rows });
  return accuracyScore(y, prediction);
}

function post(address, body, headers = {}) {
  return fetch(address, {
    method: "POST",
    headers: { "Content-Type": "application/json", ...headers },
    body: JSON.stringify(body),
  }).then(json);
}

/** What the service has no figure of, as the first seed has none: the ensemble's log loss and ROC AUC. */
async function ensembleScores(url, { X, y }) {
  const models = await json(await fetch(`${url}/models`));
  const { version, facts } = models.find(({ name }) => name === "ensemble");
  const file = await fetch(`${url}/models/ensemble/versions/${version}`);
  const ensemble = await fromBytes(new Uint8Array(await file.arrayBuffer()));
  const probabilities = await ensemble.predictProba(X);
  const labels = ensemble.classes;
  const { accuracy, recall, precision, f1_score, confusion } = facts;
  return {
    test_accuracy: accuracy,
    test_loss: logLoss(y, probabilities, { labels }),
    roc_auc_score: rocAucScore(y, probabilities, { labels, multiClass: "ovr" }),
    ...{ recall, precision, f1_score, confusion },
  };
}

async function photographTraining(browser, url) {
  const page = await browser.newPage(WINDOW);
  await page.goto(`${url}/ui/#train`);
  await page.getByRole("img", { name: /^Best score so far: .*Convolutional net/ }).waitFor({ timeout: PATIENCE });
  await page.screenshot({ path: join(PICTURES, "training.png"), fullPage: true });
  await page.close();
}

async function photographResults(browser, url) {
  const page = await browser.newPage(WINDOW);
  await page.goto(`${url}/ui/#results`);
  await page.getByLabel("Model").selectOption("ensemble");
  await page.screenshot({ path: join(PICTURES, "results.png"), fullPage: true });
  await page.goto(`${url}/docs`);
  await page.screenshot({ path: join(PICTURES, "service-docs.png") });
  await page.close();
}

/** @returns what is known of the training after it */
async function finished(url, id) {
  for (;;) {
    const training = await json(await fetch(`${url}/training/${id}`));
    if (training.state === "completed") return training;
    if (training.state !== "running") throw new Error(`the training has ${training.state}: ${training.error}`);
    await sleep(2000);
  }
}

execFileSync(process.execPath, ["build.mjs"], { cwd: SERVER, stdio: "inherit" });
const chromium = findChromium();
const service = await startService(environment);
let browser;
try {
  if (chromium) {
    installPlaywright(temporary);
    browser = await launchChromium(chromium, temporary);
  }
  const request = JSON.parse(readFileSync(join(DATA, "first-seed-request.json"), "utf8"));
  const { id } = await post(`${service.url}/training`, request, { Prefer: "respond-async" });
  const photographed = browser && photographTraining(browser, service.url);
  const { result } = await finished(service.url, id);
  await photographed;
  const { best_model: best, ...models } = await json(await fetch(`${service.url}/best_model_parameters`));

  const { test } = split(await loadTestImages());
  const ensemble = await ensembleScores(service.url, test);
  assert.equal(await predictOverHttp(service.url, test, false), best.test_accuracy);
  assert.equal(await predictOverHttp(service.url, test, true), ensemble.test_accuracy);
  const run = { node: process.version, message: result.message, best_model: best.name, models, ensemble };
  writeFileSync(join(DATA, "first-seed-run.json"), `${JSON.stringify(run, null, 2)}\n`);
  console.log(`${result.message}: ${join(DATA, "first-seed-run.json")}`);
  if (browser) await photographResults(browser, service.url);
} finally {
  await browser?.close();
  await service.stop();
  rmSync(temporary, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 });
}
