import { access, cp, mkdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { modelStore } from "trellis-learn/node";
import { StateFolder } from "./state-folder.js";
import type { FamilySearch, TrainingSpec } from "./training-request.js";

const once = (param: FamilySearch["param"]): FamilySearch => ({ param, n_jobs: -1, cv: 3 });

/** The parameters that the grids of the first seed are known to end with: one candidate each, so that it takes a minute or two. */
export const firstTraining: TrainingSpec = {
  use_small_dataset: true,
  grid_search_params: {
    fcnn: once({ batch_size: [32], epochs: [10], optimizer: ["adam"] }),
    xgboost: once({ learning_rate: [0.3], max_depth: [3], n_estimators: [100] }),
    rf: once({ max_depth: [null], min_samples_split: [5], n_estimators: [100] }),
    svm: once({ C: [10], gamma: [0.01], kernel: ["rbf"] }),
    cnn: once({ batch_size: [32], epochs: [10], optimizer: ["adam"] }),
  },
};

/**
 * The state to serve: an empty one begins with a copy of the initial models, where there are any. Where it cannot be written to, they
 * are served from where they are, and there is no training.
 *
 * @param initialModels the folder `models` of another state
 */
export async function openState(path: string, initialModels: string | null): Promise<StateFolder> {
  const state = new StateFolder(path);
  if (initialModels === null || (await exists(state.models))) return state;
  const initial = new StateFolder(dirname(initialModels));
  try {
    await mkdir(state.path, { recursive: true, mode: 0o700 });
    const copied = join(state.path, `models.tmp-${process.pid}`);
    await rm(copied, { recursive: true, force: true });
    await cp(initialModels, copied, { recursive: true });
    if (await exists(initial.bestParameters)) await cp(initial.bestParameters, state.bestParameters);
    await rename(copied, state.models);
    return state;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "EROFS" && code !== "EACCES" && code !== "EPERM") throw error;
    return initial;
  }
}

/** Whether the models that the service needs to answer are there. */
export async function isReadyToServe(state: StateFolder): Promise<boolean> {
  const hasDigits = (await modelStore(state.models).current("digits")) !== null;
  return hasDigits && (await exists(state.bestParameters));
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
