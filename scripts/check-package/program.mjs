/**
 * What every consumer computes: a forest, boosted trees, a support vector machine and a neural net on two workers. It answers
 * with a digest of the bytes of their predictions, the workers that were heard of, and what was warned of.
 */
const answersOf = `
async function answersOf({ GradientBoostingClassifier, KerasStyleClassifier, Matrix, RandomForest, SVC, threadPool }, { makeClassification }) {
  let workers = 0;
  const home = globalThis.process?.getBuiltinModule?.("node:worker_threads") ?? globalThis;
  home.Worker = class extends home.Worker {
    constructor(...given) {
      super(...given);
      if (home === globalThis) this.addEventListener("message", () => workers++, { once: true });
      else this.once("message", () => workers++);
    }
  };
  const warnings = [];
  console.warn = (...words) => warnings.push(words.join(" "));

  const made = makeClassification({ nSamples: 4000, nFeatures: 20, nInformative: 8, nClasses: 3, randomState: 1 });
  const { y } = made;
  // Normal deviates come from Math.log, whose last bits are the engine's; f32 has them rounded away.
  const X = new Matrix(Float32Array.from(made.X.data), made.X.rows, made.X.cols);
  // Nets have the same bits in all engines by portable kernels.
  const pool = threadPool({ workers: 2, kernels: "portable" });
  const forest = await new RandomForest({ nEstimators: 200, randomState: 7 }).fit(X, y, { pool });
  const boosted = await new GradientBoostingClassifier({ nEstimators: 30, subsample: 0.8, randomState: 7 }).fit(X, y, { pool });
  const machine = await new SVC({ probability: true, randomState: 7 }).fit(X, y, { pool });
  const net = await new KerasStyleClassifier({ epochs: 3, randomState: 7 }).fit(X, y, { pool });
  const answers = [await forest.predictProba(X, { pool }), await boosted.decisionFunction(X, { pool })];
  answers.push(await machine.predictProba(X, { pool }), await net.predictProba(X, { pool }));
  await pool.close();

  let digest = 0xcbf29ce484222325n; // FNV-1a of 64 bits
  for (const { data } of answers) {
    for (const byte of new Uint8Array(data.buffer, data.byteOffset, data.byteLength)) {
      digest = BigInt.asUintN(64, (digest ^ BigInt(byte)) * 0x100000001b3n);
    }
  }
  return { digest: digest.toString(16), workers, warnings };
}
`;

const imports = `
import * as trellis from "trellis-learn";
import * as datasets from "trellis-learn/datasets";
`;

/** Programs that print their answer as JSON. */
export const esModule = `${imports}${answersOf}
console.log(JSON.stringify(await answersOf(trellis, datasets)));
`;
export const commonJs = `${answersOf}
answersOf(require("trellis-learn"), require("trellis-learn/datasets")).then((answer) => console.log(JSON.stringify(answer)));
`;

/** A page's script, which leaves its answer in `globalThis.answer`. */
export const pageScript = `${imports}${answersOf}
answersOf(trellis, datasets).then(
  (answer) => { globalThis.answer = { ...answer, isolated: crossOriginIsolated }; },
  (error) => { globalThis.answer = { error: String(error?.stack ?? error) }; },
);
`;

export const page = (script) => `<!doctype html><script type="module" src="${script}"></script>`;
