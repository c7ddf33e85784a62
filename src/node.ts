/**
 * What needs Node: models and journals of studies in files, and progress on the console.
 *
 * @module
 */
export { FileError } from "./node/file-error.js";
export { type JournalStorageOptions, journalStorage } from "./node/journal-storage.js";
export { type LoadModelOptions, loadModel, saveModel } from "./node/model-files.js";
export { type ConsoleProgressOptions, consoleProgress, type ProgressStream } from "./tracking/console-progress.js";
