import type { Matrix } from "../core/matrix.js";
import type { Network } from "../neural/network.js";
import { EventLoop } from "../parallel/event-loop.js";
import type { Graph } from "./graph.js";
import type { Pass } from "./layer-ops.js";
import type { Tensor, Tf } from "./namespace.js";
import { RowReader } from "./row-reader.js";

/** Values that a layer may have at once; few enough that a slice on the calling thread stays short. */
const MOST_VALUES = 1 << 18;
const MOST_ROWS = 1024;

const pass: Pass = {
  training: false,
  factors: () => {
    throw new Error("nothing is dropped when predicting");
  },
};

/** What a graph answers, some rows at a time. */
export async function predictRows(
  tf: Tf,
  graph: Graph,
  network: Network,
  X: Matrix,
  signal: AbortSignal,
): Promise<Float32Array> {
  const { outputs, inputShape } = network;
  const answers = new Float32Array(X.rows * outputs);
  const rows = new RowReader(X);
  const loop = new EventLoop();
  const stride = Math.max(1, Math.min(MOST_ROWS, Math.floor(MOST_VALUES / graph.largestRow)));
  for (let from = 0; from < X.rows; from += stride) {
    const to = Math.min(X.rows, from + stride);
    const answer: Tensor = tf.tidy(() =>
      graph.run(tf.tensor(rows.read(from, to, null), [to - from, ...inputShape]), pass),
    );
    try {
      answers.set(await answer.data(), from * outputs);
    } finally {
      answer.dispose();
    }
    if (loop.isDue) await loop.turn();
    signal.throwIfAborted();
  }
  return answers;
}
