import { Redis, type RedisOptions } from "ioredis";

/** Where Redis is: a URL (`redis://`, or `rediss://` for TLS), or ioredis's options (`host`, `port`, `password`, `path`, ...). */
export type RedisLocation = string | Omit<RedisOptions, "replyMapping">;

/**
 * A connection that goes on trying to (re)connect; its commands wait meanwhile.
 *
 * @param hear - is told what goes wrong with the connection
 */
export function connect(location: RedisLocation, hear: (error: Error) => void): Redis {
  // BullMQ wants commands to wait for ever, and whoever uses the connection watches how long that is.
  const patient = { maxRetriesPerRequest: null } as const;
  const redis = typeof location === "string" ? new Redis(location, patient) : new Redis({ ...location, ...patient });
  redis.on("error", hear);
  return redis;
}

/** How to call the server in messages; without passwords. */
export function nameOf({ options: { path, host, port } }: Redis): string {
  return path ?? `${host}:${port}`;
}
