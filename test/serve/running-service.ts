import { createHash } from "node:crypto";
import { pino } from "pino";
import { type AnyEstimator, toBytes } from "trellis-learn";
import type { ModelStore, StoredModel } from "trellis-learn/node";
import { createService, type Service, type ServiceOptions } from "trellis-learn/serve";

export interface Running {
  readonly service: Service;
  readonly url: string;
}

/** A service on a free port, which logs nothing. */
export async function running(
  options: ServiceOptions,
  prepare: (service: Service) => void = () => {},
): Promise<Running> {
  const service = await createService({ port: 0, log: pino({ level: "silent" }), ...options });
  prepare(service);
  return { service, url: await service.listen() };
}

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the service says
  readonly body: any;
}

/** POST of JSON, or GET where there is no body. A string is sent as it is. */
export async function call(url: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answered> {
  const sent = typeof body === "string" ? body : JSON.stringify(body);
  const init =
    body === undefined
      ? { headers }
      : { method: "POST", body: sent, headers: { "content-type": "application/json", ...headers } };
  const response = await fetch(url, init);
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.includes("application/json") ?? false;
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
}

/** A body of the Open Inference Protocol. */
export function tensor(rows: readonly (readonly number[])[], more: object = {}): object {
  const input = { name: "input", shape: [rows.length, rows[0]!.length], datatype: "FP64", data: rows };
  return { inputs: [{ ...input, ...more }] };
}

/** A store in memory, in which a file can be damaged. */
export class MemoryStore implements ModelStore {
  readonly #versions = new Map<string, { stored: StoredModel; bytes: Uint8Array }[]>();
  readonly #current = new Map<string, number>();

  async names() {
    return [...this.#versions.keys()];
  }
  async versions(name: string) {
    return (this.#versions.get(name) ?? []).map(({ stored }) => stored).reverse();
  }
  async current(name: string) {
    return this.#versions.get(name)?.[this.#current.get(name)! - 1]?.stored ?? null;
  }
  async read(name: string, version: number) {
    return this.#versions.get(name)![version - 1]!.bytes;
  }
  async publish(name: string, model: AnyEstimator | Uint8Array, facts: Readonly<Record<string, unknown>> = {}) {
    const bytes = model instanceof Uint8Array ? model : await toBytes(model);
    const versions = this.#versions.get(name) ?? [];
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    const publishedAt = new Date(0).toISOString();
    const stored = { name, version: versions.length + 1, sha256, bytes: bytes.length, publishedAt, facts };
    this.#versions.set(name, [...versions, { stored, bytes }]);
    this.#current.set(name, stored.version);
    return stored;
  }
  async makeCurrent(name: string, version: number) {
    this.#current.set(name, version);
    return (await this.current(name))!;
  }
}
