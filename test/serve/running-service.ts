import { createHash } from "node:crypto";
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
  const service = await createService({ port: 0, log: null, ...options });
  prepare(service);
  return { service, url: await service.listen() };
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
    return this.#versions.get(name)![version - 1]!.bytes.slice();
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
