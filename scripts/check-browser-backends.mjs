// npm run check:backends: opens a page in headless Chromium for each backend of tfjs (cpu, wasm, wasm with threads, webgl, webgpu;
// the graphics ones on a software renderer) and puts tfjsBackend through the suite of neural backends there. A backend that cannot
// start is said to be so, with the reason. Arguments name the backends to check; default all.
// Needs Chromium (on Debian: apt-get install chromium; elsewhere set CHROMIUM to its path).
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { findChromium, MISSING } from "./chromium.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const wasmFolder = join(root, "node_modules/@tensorflow/tfjs-backend-wasm/wasm-out");
const temporary = mkdtempSync(join(tmpdir(), "trellis-backends-"));
// Helpers of Chromium write into their profiles for a moment after it has ended.
process.on("exit", () => rmSync(temporary, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 }));
const LIMIT_MS = 100_000;

/** Backends, what a device that rounds its own way is allowed, and what it cannot do here, with the reason. */
const SLOW = "one batch is one piece of work, and takes longer than 500 ms on this backend";
const ABORT = "an epoch that is aborted rejects with the reason within 500 ms";
/** A software renderer compiles each shader for a second or so; so there are fewer checks for graphics. CHECKS=. has all. */
const SOME = "categoricalCrossentropy|the loss|sgd|adam|rmsprop|units between|NaN|explodes|ties|pooling of the inputs";
const FEW =
  "the loss binaryCrossentropy|adamw that decays|NaN ends|pooling of the inputs|batchNormalization of one channel";
const RUNS = {
  cpu: { backend: "cpu", failures: { [ABORT]: SLOW } },
  wasm: { backend: "wasm", failures: {} },
  "wasm-threads": { backend: "wasm", isolated: true, options: { sameBits: 1e-6 }, failures: {} },
  webgl: { backend: "webgl", only: SOME, options: { tolerance: 1e-3, sameBits: 1e-5 }, failures: {} },
  webgpu: { backend: "webgpu", only: FEW, options: { tolerance: 1e-3, sameBits: 1e-5 }, failures: {} },
};

const page = `
import * as tf from "@tensorflow/tfjs";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import "@tensorflow/tfjs-backend-webgpu";
import { tfjsBackend } from "./src/tfjs.js";
import { neuralBackendChecks } from "./test/neural/backend-suite.js";

const tell = (event) => fetch("/report", { method: "POST", body: JSON.stringify(event) });
const { backend, options, only } = await (await fetch("/run" + location.search)).json();

async function start() {
  setWasmPaths("/wasm/");
  const adapter = backend === "webgpu" ? await navigator.gpu?.requestAdapter() : undefined;
  if (adapter === null) throw new Error("navigator.gpu.requestAdapter() gives no adapter");
  if (backend === "webgpu" && adapter === undefined) throw new Error("this Chromium has no navigator.gpu");
  if (!(await tf.setBackend(backend))) throw new Error("tf.setBackend(" + JSON.stringify(backend) + ") answers false");
  await tf.ready();
  const kernel = tf.tidy(() => tf.add([1, 2], [3, 4]));
  const values = Array.from(await kernel.data());
  kernel.dispose();
  if (values.join() !== "4,6") throw new Error("1 + 3, 2 + 4 is " + values);
  const gl = backend === "webgl" ? tf.backend().gpgpu.gl : null;
  const info = gl?.getExtension("WEBGL_debug_renderer_info");
  const device = info ? gl.getParameter(info.UNMASKED_RENDERER_WEBGL) : adapter?.info?.description || adapter?.info?.vendor;
  return { device, isolated: crossOriginIsolated };
}

try {
  await tell({ started: await start() });
  for (const { name, run } of neuralBackendChecks(tfjsBackend(tf), options)) {
    if (!new RegExp(only).test(name)) continue;
    const before = tf.memory().numTensors;
    const from = performance.now();
    let error = null;
    try {
      await run();
      const kept = tf.memory().numTensors - before;
      if (kept !== 0) throw new Error(kept + " tensors were not disposed of");
    } catch (reason) {
      error = String(reason?.message ?? reason).slice(0, 300);
    }
    await tell({ name, error, ms: performance.now() - from });
  }
  await tell({ done: true });
} catch (error) {
  await tell({ failed: String(error?.message ?? error).slice(0, 400) });
}
`;

const chromium = findChromium();
if (!chromium) {
  console.error(MISSING);
  process.exit(1);
}
const bundle = await build({
  stdin: { contents: page, resolveDir: root, loader: "ts" },
  bundle: true,
  write: false,
  format: "esm",
  target: "es2022",
  logLevel: "error",
  external: ["node:*"],
});
const script = bundle.outputFiles[0].text;

/** What the page of a run says, until it is done or its time is over. */
function open(name) {
  const { backend, options = {}, isolated = false, only = "" } = RUNS[name];
  const chosen = process.env.CHECKS ?? only;
  const checks = [];
  const profile = join(temporary, name);
  return new Promise((resolve) => {
    let started = null;
    let child;
    const finish = (failed) => {
      clearTimeout(timer);
      server.close();
      server.closeAllConnections();
      child?.once("exit", () => resolve({ started, checks, failed }));
      child?.kill();
    };
    const timer = setTimeout(() => finish(`not done in ${LIMIT_MS / 1000} s`), LIMIT_MS);
    const server = createServer(async (request, response) => {
      if (isolated) {
        response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
        response.setHeader("Cross-Origin-Embedder-Policy", "require-corp");
      }
      const path = new URL(request.url, "http://localhost").pathname;
      const answer = (type, body) => response.setHeader("Content-Type", type).end(body);
      if (path === "/") return answer("text/html", '<!doctype html><script type="module" src="/main.js"></script>');
      if (path === "/main.js") return answer("text/javascript", script);
      if (path === "/run") return answer("application/json", JSON.stringify({ backend, options, only: chosen }));
      if (/^\/wasm\/[\w.-]+\.wasm$/.test(path)) {
        return answer("application/wasm", readFileSync(join(wasmFolder, path.slice("/wasm/".length))));
      }
      if (path !== "/report") return response.writeHead(404).end();
      let body = "";
      for await (const piece of request) body += piece;
      response.end();
      const event = JSON.parse(body);
      if (event.started) started = event.started;
      else if (event.name) checks.push(event);
      else finish(event.failed ?? null);
    });
    server.listen(0, "127.0.0.1", () => {
      child = spawn(
        chromium,
        [
          "--headless=new",
          "--no-sandbox",
          `--user-data-dir=${profile}`,
          "--no-first-run",
          "--disable-background-networking",
          "--disable-component-update",
          "--disable-sync",
          "--use-angle=swiftshader",
          "--enable-unsafe-swiftshader",
          "--enable-unsafe-webgpu",
          "--use-webgpu-adapter=swiftshader",
          "--enable-features=Vulkan",
          `http://127.0.0.1:${server.address().port}/`,
        ],
        { stdio: "ignore" },
      );
    });
  });
}

let bad = 0;
const asked = process.argv.slice(2);
for (const name of asked.length > 0 ? asked : Object.keys(RUNS)) {
  const from = performance.now();
  const { started, checks, failed } = await open(name);
  const { failures } = RUNS[name];
  const broken = checks.filter(({ error }) => error !== null);
  const expected = broken.filter((check) => Object.hasOwn(failures, check.name));
  const unexpected = broken.filter((check) => !expected.includes(check));
  const seconds = ((performance.now() - from) / 1000).toFixed(0);
  if (started === null) console.log(`${name}: cannot start here: ${failed}`);
  else {
    const where = [started.device, started.isolated ? "isolated" : null].filter(Boolean).join(", ");
    const passed = `${checks.length - broken.length} of ${checks.length} checks passed`;
    console.log(`${name}${where ? ` (${where})` : ""}: ${passed} in ${seconds} s${failed ? `; ${failed}` : ""}`);
  }
  for (const check of expected) console.log(`  expected: ${check.name}: ${failures[check.name]}`);
  for (const check of unexpected) console.log(`  FAILED: ${check.name}: ${check.error}`);
  bad += unexpected.length + (failed ? 1 : 0);
}
console.log(bad === 0 ? "tfjs works on every backend that was tried." : `${bad} failures.`);
process.exitCode = bad === 0 ? 0 : 1;
