/**
 * What the script of a job's process needs, and nothing else, so that it starts fast and takes little memory. Needs Node.
 *
 * @module trellis-learn/job
 */
export type { JobContext } from "./serve/jobs.js";
export { runJob } from "./serve/run-job.js";
