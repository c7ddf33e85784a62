import type { JobState, JobStatus } from "./jobs.js";

const STATES: readonly unknown[] = ["running", "completed", "failed", "cancelled", "timed-out"] satisfies JobState[];

/** A status as it lies on disk; null for what is none, or another job's. */
export function readStatus(id: string, value: unknown): JobStatus | null {
  if (!isRecord(value) || value.id !== id) return null;
  const { state, spec, startedAt, endedAt, resumed, result = null, error = null } = value;
  if (!STATES.includes(state) || typeof startedAt !== "string" || !Number.isSafeInteger(resumed)) return null;
  if (endedAt !== null && typeof endedAt !== "string") return null;
  const failure = isRecord(error) ? { code: String(error.code), message: String(error.message) } : null;
  return {
    id,
    state: state as JobState,
    spec,
    startedAt,
    endedAt,
    resumed: resumed as number,
    result,
    error: failure,
  };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
