// The process of a training.
import { runJob } from "trellis-learn/job";
import { DEFAULT_PORT, settingsOfProcess } from "./settings.js";
import { StateFolder } from "./state-folder.js";
import { train } from "./training.js";
import type { TrainingSpec } from "./training-request.js";

const { stateFolder, trainRows: rows } = settingsOfProcess(DEFAULT_PORT);
const state = new StateFolder(stateFolder);

runJob((spec, context) => train(spec as TrainingSpec, context, { state, rows }));
