// Trains the models that the service begins with, where there are none, and says how it comes on.
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { modelStore } from "trellis-learn/node";
import { firstTraining, isReadyToServe, openState } from "./initial-models.js";
import { DEFAULT_PORT, settingsOfProcess } from "./settings.js";
import type { StateFolder } from "./state-folder.js";

async function trainModels(state: StateFolder, rows: number | null, signal: AbortSignal): Promise<void> {
  const started = performance.now();
  console.log("There are no models yet: training one of each kind, which takes a minute or two");
  // What trains is loaded only where it is needed: most starts find models.
  const [{ publishDigitsForest }, { train }] = await Promise.all([
    import("./digits-forest.js"),
    import("./training.js"),
  ]);
  await publishDigitsForest(modelStore(state.models));
  const folder = join(state.path, "first-training");
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const { message } = await train(firstTraining, { id: "first", folder, signal, emit: print }, { state, rows });
  await rm(folder, { recursive: true });
  console.log(`${message}; it took ${((performance.now() - started) / 1000).toFixed(0)} s`);
}

/** Tells of the events of a training that say how far it is. */
function print(type: string, data: unknown): void {
  const { family, test_accuracy, seconds, accuracy } = data as Readonly<Record<string, number>>;
  if (type === "family-finished") {
    console.log(`  ${String(family).padEnd(8)}  test accuracy ${test_accuracy!.toFixed(4)}  ${seconds!.toFixed(1)} s`);
  }
  if (type === "ensemble-finished") console.log(`  ensemble  test accuracy ${accuracy!.toFixed(4)}`);
}

const { stateFolder, initialModels, trainRows } = settingsOfProcess(DEFAULT_PORT);
const state = await openState(stateFolder, initialModels);
if (!(await isReadyToServe(state))) {
  const controller = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => controller.abort());
  try {
    await trainModels(state, trainRows, controller.signal);
  } catch (error) {
    if (!controller.signal.aborted) throw error;
    console.error("Stopped before all models were trained: the next start goes on with what is finished");
    process.exitCode = 130; // As the shell says it of what was interrupted, so that nothing is served.
  }
}
