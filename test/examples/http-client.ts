import { type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from "node:http";
import { connect } from "node:net";

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export interface Asked {
  readonly method?: string;
  readonly path: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string | Uint8Array;
}

/** One request on a connection of its own; nothing is added to what is asked but the length of the body. */
export function ask(origin: string, { method = "GET", path, headers = {}, body }: Asked): Promise<Answer> {
  const { hostname, port } = new URL(origin);
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, method, path, headers, agent: false }, (answer) => {
      const parts: Buffer[] = [];
      answer.on("data", (part: Buffer) => parts.push(part));
      answer.on("error", reject);
      answer.on("end", () => {
        resolve({ status: answer.statusCode!, headers: answer.headers, text: Buffer.concat(parts).toString() });
      });
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

/** JSON to a path by POST. */
export function postJson(
  origin: string,
  path: string,
  body: unknown,
  headers: OutgoingHttpHeaders = {},
): Promise<Answer> {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return ask(origin, { method: "POST", path, headers: { "content-type": "application/json", ...headers }, body: text });
}

/**
 * Bytes on a bare connection, and all that comes back until it is closed, or for so many milliseconds. What is longer than
 * the other side wants to read is let go.
 */
export function exchange(origin: string, bytes: string | Uint8Array, wait = 3000): Promise<string> {
  const { hostname, port } = new URL(origin);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    let text = "";
    const done = () => {
      clearTimeout(timer);
      socket.destroy();
      resolve(text);
    };
    const timer = setTimeout(done, wait);
    socket.on("data", (part) => (text += part.toString("latin1")));
    socket.on("error", () => {});
    socket.on("close", done);
    socket.write(bytes);
  });
}
