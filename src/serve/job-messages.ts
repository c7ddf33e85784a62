/** What a job's process is told, once. */
export interface JobTask {
  readonly id: string;
  readonly folder: string;
  readonly spec: unknown;
  readonly nice: number;
}

/** Why a job did not complete. */
export interface JobFailure {
  readonly code: string;
  readonly message: string;
}

/** What a job's process tells; all but events end it. "stopped" is the answer to SIGTERM. */
export type JobMessage =
  | { readonly type: "event"; readonly event: string; readonly data: unknown }
  | { readonly type: "completed"; readonly result: unknown }
  | { readonly type: "failed"; readonly failure: JobFailure }
  | { readonly type: "stopped" };

/** Bytes of JSON, about. */
export const MAX_EVENT = 2 ** 20;
export const MAX_RESULT = 2 ** 22;

/** Code of an error that has none. */
export const UNEXPECTED = "WORK_FAILED";

const CODE = /^[A-Z][A-Z0-9_]{0,63}$/;
const EVENT = /^[a-z][a-z0-9-]{0,63}$/;
/** Names that the stream of a job's events has for itself. */
const RESERVED = ["ended", "error", "message", "open"];
/** Characters of a message. */
const MAX_MESSAGE = 1000;

export function isEventType(type: unknown): type is string {
  return typeof type === "string" && EVENT.test(type) && !RESERVED.includes(type);
}

/** What a client may know of an error that ended the work. */
export function failureOf(error: unknown): JobFailure {
  const { code, message = error } = (error ?? {}) as { readonly code?: unknown; readonly message?: unknown };
  return {
    code: typeof code === "string" && CODE.test(code) ? code : UNEXPECTED,
    message: String(message).slice(0, MAX_MESSAGE),
  };
}

/** Null for what is no message of a job: its work may send messages of its own. */
export function readMessage(message: unknown): JobMessage | null {
  if (typeof message !== "object" || message === null) return null;
  const { type, event, data = null, result = null, failure } = message as Readonly<Record<string, unknown>>;
  switch (type) {
    case "event":
      return isEventType(event) ? { type, event, data } : null;
    case "completed":
      return { type, result };
    case "failed":
      return { type, failure: failureOf(failure) };
    case "stopped":
      return { type };
    default:
      return null;
  }
}

/** Null for what is no task. */
export function readTask(message: unknown): JobTask | null {
  if (typeof message !== "object" || message === null) return null;
  const { id, folder, spec = null, nice } = message as Readonly<Record<string, unknown>>;
  const isTask = typeof id === "string" && typeof folder === "string" && typeof nice === "number";
  return isTask ? { id, folder, spec, nice } : null;
}
