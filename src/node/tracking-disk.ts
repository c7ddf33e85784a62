/**
 * What tracking keeps on disk; loaded when it is first used, and left out of what runs in browsers (field "browser" of package.json).
 */
export { folderAt, writeArtifact } from "./artifact-file.js";
export { folderOutbox } from "./folder-outbox.js";
export { mlrunsStore } from "./mlruns-store.js";
