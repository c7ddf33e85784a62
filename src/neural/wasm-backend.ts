import { InvalidParameterError } from "../core/errors.js";
import type { RunContext } from "../core/estimator.js";
import type { Matrix } from "../core/matrix.js";
import { END, jobWords, NEXT, PROGRESS_BYTES, runNetwork, START } from "../kernels/run-network.js";
import { mapTasks } from "../parallel/map-tasks.js";
import type { KernelCall } from "../parallel/pool.js";
import type { NeuralBackend, Weights } from "./backend.js";
import type { Network } from "./network.js";
import { compileInto, fieldsOf, placeTable } from "./placed-network.js";
import { WasmTraining } from "./wasm-training.js";
import { WeightLayout } from "./weight-layout.js";

/** Rough nanoseconds of a multiplication. */
const RUN_COST = 0.05;
/** Rows that are answered at a time, and cost of a task that answers rows. */
const RUN_BATCH = 32;
const TASK_COST = 5_000_000;

/** The backend that needs nothing else: our kernels on the pool's workers. */
export const wasmBackend: NeuralBackend = {
  name: "wasm",
  async train(setup, ctx) {
    requireLayers(setup.network);
    return WasmTraining.begin(setup, ctx);
  },
  async predict(network, weights, X, ctx) {
    requireLayers(network);
    return predict(network, weights, X, ctx);
  },
};

function requireLayers({ topology }: Network): void {
  if (topology === undefined) return;
  throw new InvalidParameterError(
    "this network was brought by the backend that trained it; our kernels run networks of our layers only, so give the estimator that backend again",
    "backend",
  );
}

async function predict(network: Network, weights: Weights, X: Matrix, ctx: RunContext): Promise<Float32Array> {
  const { pool, signal } = ctx;
  const { memory } = pool;
  const scope = memory.scope();
  try {
    const table = await placeTable(X, scope, ctx);
    const layout = new WeightLayout(network);
    const placed = scope.alloc(4 * layout.size);
    layout.write(weights, memory.f32(placed));
    const batch = Math.min(RUN_BATCH, X.rows);
    const makeSlot = () => {
      const { program, scratch, operations } = compileInto(scope, network, layout, batch, placed.offset, false);
      const job = scope.place(jobWords({ ...table.fields, ...fieldsOf(program, network, operations, batch, scratch) }));
      return { program, scratch, operations, job, progress: scope.alloc(PROGRESS_BYTES) };
    };
    const first = makeSlot();
    const rowCost = RUN_COST * first.program.work;
    const rows = Math.max(batch, Math.ceil(TASK_COST / rowCost / batch) * batch);
    const out = scope.alloc(4 * X.rows * network.outputs);
    const slots = [first];
    const tasks = mapTasks(
      pool,
      Math.ceil(X.rows / rows),
      () => slots.pop() ?? makeSlot(),
      async (index, slot, stop) => {
        const [start, end] = [index * rows, Math.min(X.rows, (index + 1) * rows)];
        const progress = memory.u32(slot.progress);
        progress[NEXT] = progress[START] = start;
        progress[END] = end;
        const part = out.part(4 * start * network.outputs, 4 * (end - start) * network.outputs);
        const call: KernelCall = {
          kernel: runNetwork,
          args: [slot.job.offset, slot.progress.offset, part.offset],
          reads: [...table.blocks, placed, slot.job, slot.operations],
          writes: [slot.progress, part],
          scratch: [slot.scratch],
          cost: (end - start) * rowCost,
        };
        await pool.run(call, stop);
      },
      signal,
    );
    for await (const _ of tasks);
    return memory.f32(out).slice();
  } finally {
    scope.free();
  }
}
