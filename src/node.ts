/**
 * What needs Node: models in files, journals of studies and searches, files that are written whole, and progress on the console.
 *
 * @module trellis-learn/node
 */
export { FileError } from "./node/file-error.js";
export { type JournalStorageOptions, journalStorage } from "./node/journal-storage.js";
export { type MlrunsStoreOptions, mlrunsStore } from "./node/mlruns-store.js";
export { type LoadModelOptions, loadModel, saveModel } from "./node/model-files.js";
export { type ModelStore, type ModelStoreOptions, modelStore, type StoredModel } from "./node/model-store.js";
export { replaceFile } from "./node/replace-file.js";
export { searchJournal } from "./node/search-journal.js";
export { type ConsoleProgressOptions, consoleProgress, type ProgressStream } from "./tracking/console-progress.js";
