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
