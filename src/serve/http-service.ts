import { once } from "node:events";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Express, RequestHandler } from "express";
import type { Logger } from "pino";
import type { Registry } from "prom-client";
import { refuseUnknown } from "./allowed-methods.js";
import type { BodyParser } from "./body-parser.js";
import { httpServer } from "./http-server.js";
import { type JsonBodyOptions, jsonBodyOf } from "./json-body.js";
import type { LoadedModels } from "./loaded-models.js";
import { handleErrors } from "./send-error.js";
import type { Limits, Service } from "./service.js";

export interface HttpServiceParts {
  readonly app: Express;
  readonly models: LoadedModels;
  readonly registry: Registry;
  readonly log: Logger;
  readonly limits: Limits;
  readonly requireToken: RequestHandler;
  readonly bodies: BodyParser;
  /** Told of each request that is refused unread. */
  readonly onShed: () => void;
  /** Whether others can reach it, and it asks for no token. */
  readonly isOpen: boolean;
  readonly host: string;
  readonly port: number;
}

/** A service from its parts: how it begins to listen, and how it ends. */
export class HttpService implements Service {
  readonly app: Express;
  readonly models: LoadedModels;
  readonly registry: Registry;
  readonly log: Logger;
  readonly limits: Limits;
  readonly requireToken: RequestHandler;
  /** What `describe` was given. */
  readonly paths: Record<string, unknown> = {};
  readonly #parts: HttpServiceParts;
  readonly #shedPaths: (string | RegExp)[] = [];
  /** Requests at these paths that are not answered yet. */
  #letIn = 0;
  readonly #beforeEnd: (() => Promise<void>)[] = [];
  #server: Server | null = null;
  #closing: Promise<void> | null = null;

  constructor(parts: HttpServiceParts) {
    this.app = parts.app;
    this.models = parts.models;
    this.registry = parts.registry;
    this.log = parts.log;
    this.limits = parts.limits;
    this.requireToken = parts.requireToken;
    this.#parts = parts;
  }

  get isDraining(): boolean {
    return this.#closing !== null;
  }

  get isReady(): boolean {
    return !this.isDraining && this.models.isReady;
  }

  jsonBody(options: JsonBodyOptions = {}): RequestHandler {
    return jsonBodyOf(this.#parts.bodies, this.limits.bodyBytes, options);
  }

  shedLoadAt(path: string | RegExp): void {
    this.#shedPaths.push(path);
  }

  describe(paths: Readonly<Record<string, unknown>>): void {
    Object.assign(this.paths, paths);
  }

  onDrain(what: () => Promise<void>): void {
    this.#beforeEnd.push(what);
  }

  async listen(): Promise<string> {
    const { host, port } = this.#parts;
    this.app.use(refuseUnknown(this.app));
    this.app.use(handleErrors);
    const server = httpServer(this.app, {
      maxBodyBytes: this.limits.bodyBytes,
      refuses: (req, res) => this.#sheds(req, res),
    });
    server.listen(port, host);
    await once(server, "listening");
    this.#server = server;
    const address = server.address() as AddressInfo;
    const name = address.family === "IPv6" ? `[${address.address}]` : address.address;
    const url = `http://${name}:${address.port}`;
    this.log.info({ url }, "listening");
    if (this.#parts.isOpen) this.log.warn("others can reach this service, and it has no token: set authToken");
    return url;
  }

  #sheds({ method, url = "" }: IncomingMessage, res: ServerResponse): boolean {
    if (method !== "POST") return false;
    const path = url.split("?", 1)[0]!;
    if (!this.#shedPaths.some((each) => (typeof each === "string" ? each === path : each.test(path)))) return false;
    if (!this.#hasRoom()) {
      this.#parts.onShed();
      return true;
    }
    this.#letIn++;
    res.once("close", () => this.#letIn--);
    return false;
  }

  /**
   * Whether another request may come in. One whose body is still being read has its place in the queue already; else all that come
   * while a single place is free would be parsed, and most of them refused then. Clients that send slowly hold few places.
   */
  #hasRoom(): boolean {
    const { queuedRequests } = this.limits;
    const { queued, isFull } = this.models;
    const onTheirWay = Math.min(Math.max(0, this.#letIn - queued), queuedRequests * ON_THEIR_WAY);
    return !isFull && queued + onTheirWay < queuedRequests;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const server = this.#server;
    const late = this.limits.drainSeconds * 1000;
    const closed = server === null ? Promise.resolve() : ended(server, late);
    const drains = this.#beforeEnd.map((what) =>
      what().catch((error) => this.log.error({ err: error }, "a part of the service could not be drained")),
    );
    await Promise.all([closed, Promise.race([Promise.all(drains), sleep(late, undefined, { ref: false })])]);
    await Promise.all([this.models.close(), this.#parts.bodies.close()]);
  }
}

/** Part of the queue that requests may hold whose bodies are still being read. */
const ON_THEIR_WAY = 0.25;
const LOOK_MS = 50;

/** Takes no new connections, waits for the requests in flight, and at last ends what is left of them. */
async function ended(server: Server, patienceMs: number): Promise<void> {
  const closed = once(server, "close");
  server.close();
  // A connection is idle once its last answer is out, and its client would keep it for a while.
  const looks = setInterval(() => server.closeIdleConnections(), LOOK_MS);
  const patience = setTimeout(() => server.closeAllConnections(), patienceMs);
  await closed;
  clearInterval(looks);
  clearTimeout(patience);
}
