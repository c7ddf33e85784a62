import { Redis, type RedisOptions } from "ioredis";
import { QueueError } from "./queue-error.js";

/** Where Redis is: a URL (`redis://`, or `rediss://` for TLS), or ioredis's options (`host`, `port`, `password`, `path`, ...). */
export type RedisLocation = string | Omit<RedisOptions, "replyMapping">;

/** A connection that goes on trying to (re)connect; its commands wait meanwhile, and whoever uses it watches for how long. */
export class Connection {
  readonly redis: Redis;
  #lastError = "it does not answer";

  constructor(location: RedisLocation) {
    const patient = { maxRetriesPerRequest: null } as const;
    this.redis = typeof location === "string" ? new Redis(location, patient) : new Redis({ ...location, ...patient });
    this.redis.on("error", this.hear);
  }

  /** Takes note of what goes wrong with this connection, or with others to the same Redis. */
  readonly hear = (error: Error): void => {
    this.#lastError = error.message;
  };

  /** How to call the server in messages; without passwords. */
  get name(): string {
    const { path, host, port } = this.redis.options;
    return path ?? `${host}:${port}`;
  }

  /** What to say when Redis has been away for too long. */
  get absence(): string {
    return `Redis at ${this.name} is away (${this.#lastError}); start it, or correct the connection`;
  }

  /** @throws QueueError if the work is not done within so many seconds */
  async inTime<T>(work: Promise<T>, seconds: number): Promise<T> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new QueueError(this.absence)), seconds * 1000);
    });
    return Promise.race([work, late]).finally(() => clearTimeout(timer));
  }
}
