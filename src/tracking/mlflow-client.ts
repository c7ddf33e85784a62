import type { Answer } from "./mlflow-answer.js";
import { MlflowError } from "./mlflow-error.js";
import type { MlflowServer } from "./mlflow-server.js";
import { type Allowance, type RetryPolicy, retrying } from "./retries.js";

interface Content {
  readonly body: BodyInit;
  readonly type: string;
  /** Bytes. */
  readonly size: number;
}

/** A longer answer is none of MLflow's. */
const MAX_ANSWER = 2 ** 20;
/** Characters of what a server says that are repeated. */
const MAX_MESSAGE = 300;
/** Bytes a second that are granted to an upload. */
export const SLOWEST_UPLOAD = 1e6;

/**
 * Speaks with a server of MLflow over its REST interface: JSON, within a time, up to a size. Redirects are not followed,
 * so that nothing is sent to where nobody meant it to go.
 */
export class MlflowClient {
  readonly url: string;
  readonly policy: RetryPolicy;
  readonly #server: MlflowServer;
  readonly #timeout: number;

  /** @param timeout seconds that one call may take */
  constructor(server: MlflowServer, policy: RetryPolicy, timeout: number) {
    this.url = server.url;
    this.policy = policy;
    this.#server = server;
    this.#timeout = timeout;
  }

  /** A call that can be made twice, so it is tried again. */
  get(path: string, query: Readonly<Record<string, string>>, allowance: Allowance): Promise<Answer> {
    const search = new URLSearchParams(query);
    return retrying(this.policy, allowance, () => this.#send("GET", `${api(path)}?${search}`, null, allowance));
  }

  /** A call that can be made twice, so it is tried again. */
  post(path: string, body: object, allowance: Allowance): Promise<Answer> {
    return retrying(this.policy, allowance, () => this.postOnce(path, body, allowance));
  }

  postOnce(path: string, body: object, allowance: Allowance): Promise<Answer> {
    return this.#send("POST", api(path), json(body), allowance);
  }

  patch(path: string, body: object, allowance: Allowance): Promise<Answer> {
    return retrying(this.policy, allowance, () => this.#send("PATCH", api(path), json(body), allowance));
  }

  /** Stores a file with the server; `path` below its store of artifacts. What it answers, some versions nothing, says no more. */
  async upload(path: string, bytes: Uint8Array, type: string, allowance: Allowance): Promise<void> {
    const content = { body: bytes as Uint8Array<ArrayBuffer>, type, size: bytes.length };
    const at = `/api/2.0/mlflow-artifacts/artifacts/${path.split("/").map(encodeURIComponent).join("/")}`;
    await retrying(this.policy, allowance, () => this.#send("PUT", at, content, allowance));
  }

  async #send(method: string, path: string, content: Content | null, allowance: Allowance): Promise<Answer> {
    const granted = 1000 * (this.#timeout + (content?.size ?? 0) / SLOWEST_UPLOAD);
    const timeout = AbortSignal.timeout(Math.max(1, Math.ceil(Math.min(granted, allowance.end - performance.now()))));
    const signal = allowance.signal === undefined ? timeout : AbortSignal.any([timeout, allowance.signal]);
    try {
      const response = await fetch(this.url + path, {
        method,
        headers: {
          ...(content === null ? {} : { "Content-Type": content.type }),
          ...(this.#server.authorization === null ? {} : { Authorization: this.#server.authorization }),
        },
        body: content?.body ?? null,
        redirect: "manual",
        signal,
      });
      const text = await textOf(response);
      return this.#answer(response, method === "PUT" && text === "" ? "{}" : text);
    } catch (error) {
      if (error instanceof MlflowError) throw error;
      allowance.signal?.throwIfAborted();
      throw this.#failure(timeout.aborted ? "does not answer in time" : `cannot be reached (${reason(error)})`, error);
    }
  }

  #answer(response: Response, text: string | null): Answer {
    const { status } = response;
    // A browser shows nothing of a redirect but that it is one.
    if (response.type === "opaqueredirect" || (status >= 300 && status < 400)) {
      throw this.#failure("answers with a redirect, which is not followed", undefined, { status });
    }
    const answer = text === null ? null : parsed(text);
    if (response.ok) {
      if (answer !== null) return answer;
      const what = text === null ? `more than ${MAX_ANSWER} bytes` : "something else than whole JSON";
      throw this.#failure(`answers with ${what}; is this a server of MLflow?`, undefined, { status });
    }
    const errorCode = typeof answer?.error_code === "string" ? answer.error_code : null;
    const said = errorCode === null ? `HTTP status ${status}` : `${errorCode}: ${String(answer!.message)}`;
    throw this.#failure(`says ${said}`, undefined, { status, errorCode, retryAfter: retryAfter(response) });
  }

  #failure(what: string, cause?: unknown, options: object = {}): MlflowError {
    const message = this.#server.secrets.reduce((text, secret) => text.replaceAll(secret, "***"), what);
    const shown = message.length > MAX_MESSAGE ? `${message.slice(0, MAX_MESSAGE)}...` : message;
    return new MlflowError(`MLflow at ${this.url} ${shown}`, { cause, ...options });
  }
}

function api(path: string): string {
  return `/api/2.0/mlflow/${path}`;
}

function json(body: object): Content {
  const text = JSON.stringify(body);
  return { body: text, type: "application/json", size: text.length };
}

/** Null for more than an answer may have; the rest of it is left unread. */
async function textOf(response: Response): Promise<string | null> {
  if (response.body === null) return "";
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  // Not every browser lets a stream be read by a loop.
  const reader = response.body.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    size += next.value.length;
    if (size > MAX_ANSWER) {
      await reader.cancel();
      return null;
    }
    pieces.push(next.value);
  }
  return await new Blob(pieces).text();
}

/** Null for what is no JSON object. */
function parsed(text: string): Answer | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Answer) : null;
  } catch {
    return null;
  }
}

/** Seconds, from a number of them or a date (RFC 9110, 10.2.3). */
function retryAfter(response: Response): number | null {
  const said = response.headers.get("Retry-After");
  if (said === null) return null;
  const seconds = /^\d+$/.test(said) ? Number(said) : (Date.parse(said) - Date.now()) / 1000;
  return Number.isNaN(seconds) ? null : Math.max(0, seconds);
}

/** What stands behind fetch's "fetch failed". */
function reason(error: unknown): string {
  const { cause, message } = error as { cause?: { code?: string; message?: string }; message?: string };
  return cause?.code ?? cause?.message ?? message ?? String(error);
}
