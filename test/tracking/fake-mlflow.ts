import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What a call gets in place of the server's answer. */
export type Mishap =
  | { readonly status: number; readonly body?: string; readonly headers?: Readonly<Record<string, string>> }
  /** Never answers. */
  | "silent"
  /** Does what it was asked, and dies before it says so. */
  | "dies after"
  /** Breaks off in the middle of its answer. */
  | "cut off"
  /** Answers with 100 MB. */
  | "endless";

interface Entry {
  readonly key: string;
  readonly value: string;
}

export interface FakeRun {
  readonly id: string;
  readonly experiment: string;
  name: string;
  status: string;
  end: number | null;
  readonly tags: Map<string, string>;
  readonly params: Map<string, string>;
  /** Each value that was ever logged: like MLflow's file store, it keeps what comes twice twice. */
  readonly metrics: { key: string; value: unknown; timestamp: number; step: number }[];
  readonly outputs: string[];
}

interface FakeModel {
  readonly id: string;
  readonly name: string;
  readonly run: string;
  status: string;
  readonly tags: Map<string, string>;
}

class Refusal extends Error {
  readonly status: number;
  readonly errorCode: string;
  constructor(status: number, errorCode: string, message: string) {
    super(message);
    this.status = status;
    this.errorCode = errorCode;
  }
}

type Body = Record<string, unknown>;

/** A server that speaks as much of MLflow's REST interface as we do, and fails when it is told to. */
export class FakeMlflow {
  readonly experiments = new Map<string, string>();
  readonly runs: FakeRun[] = [];
  readonly models: FakeModel[] = [];
  readonly versions: { name: string; version: string; source: string; run_id: string }[] = [];
  readonly aliases = new Map<string, string>();
  /** By path below the server's store of artifacts. */
  readonly artifacts = new Map<string, Buffer>();
  /** Method and path of every call, and its header Authorization. */
  readonly calls: { readonly what: string; readonly authorization: string | undefined }[] = [];
  /** Asked before each call. */
  mishap: (what: string) => Mishap | null = () => null;
  #server: Server | null = null;
  #port = 0;

  /** On the port that it had before, if it had one. */
  async start(): Promise<this> {
    this.#server = createServer((request, response) => void this.#serve(request, response));
    await new Promise<void>((resolve) => this.#server!.listen(this.#port, "127.0.0.1", resolve));
    this.#port = (this.#server.address() as AddressInfo).port;
    return this;
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    server?.closeAllConnections();
    await new Promise((resolve) => (server === null ? resolve(null) : server.close(resolve)));
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  run(name: string): FakeRun {
    const found = this.runs.filter((run) => run.name === name);
    if (found.length !== 1) throw new Error(`there are ${found.length} runs of the name ${name}`);
    return found[0]!;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece);
    const url = new URL(request.url!, this.url);
    const what = `${request.method} ${url.pathname.replace("/api/2.0/", "")}`;
    this.calls.push({ what, authorization: request.headers.authorization });
    const mishap = this.mishap(what);
    if (mishap === "silent") return;
    if (mishap === "endless") return endless(response);
    if (typeof mishap === "object" && mishap !== null) {
      response.writeHead(mishap.status, mishap.headers).end(mishap.body ?? "");
      return;
    }
    const [status, answer] = this.#answer(request.method!, url, Buffer.concat(pieces));
    if (mishap === "dies after") {
      request.socket.destroy();
      return;
    }
    const text = JSON.stringify(answer);
    response.writeHead(status, { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(text) });
    if (mishap === "cut off") response.write(text.slice(0, text.length / 2), () => request.socket.destroy());
    else response.end(text);
  }

  #answer(method: string, { pathname, searchParams }: URL, content: Buffer): [number, Body] {
    const path = decodeURIComponent(pathname);
    try {
      const artifact = /^\/api\/2\.0\/mlflow-artifacts\/artifacts\/(.*)$/.exec(path);
      if (artifact !== null) {
        this.artifacts.set(artifact[1]!, content);
        return [200, {}];
      }
      const query = Object.fromEntries(searchParams);
      const call = path.replace("/api/2.0/mlflow/", "");
      return [200, this.#call(`${method} ${call}`, content.length > 0 ? JSON.parse(content.toString()) : query)];
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return [error.status, { error_code: error.errorCode, message: error.message }];
    }
  }

  #call(call: string, body: Body): Body {
    const model = /^PATCH logged-models\/([^/]+)(\/tags)?$/.exec(call);
    if (model !== null) return this.#patchModel(model[1]!, body);
    switch (call) {
      case "GET experiments/get-by-name": {
        const id = this.experiments.get(String(body.experiment_name));
        if (id === undefined) throw new Refusal(404, "RESOURCE_DOES_NOT_EXIST", "no such experiment");
        return { experiment: { experiment_id: id, name: body.experiment_name, lifecycle_stage: "active" } };
      }
      case "POST experiments/create": {
        const name = String(body.name);
        if (this.experiments.has(name)) throw new Refusal(400, "RESOURCE_ALREADY_EXISTS", "there already");
        const id = `${this.experiments.size + 1}`;
        this.experiments.set(name, id);
        return { experiment_id: id };
      }
      case "POST runs/search": {
        const [, value] = /^tags\.`trellis\.run` = '([^']*)'$/.exec(String(body.filter))!;
        const runs = this.runs.filter((run) => run.tags.get("trellis.run") === value);
        return runs.length === 0 ? {} : { runs: runs.slice(0, 1).map(described) };
      }
      case "POST runs/create": {
        const run: FakeRun = {
          id: `run${this.runs.length}`,
          experiment: String(body.experiment_id),
          name: String(body.run_name),
          status: "RUNNING",
          end: null,
          tags: new Map((body.tags as Entry[]).map(({ key, value }) => [key, value])),
          params: new Map(),
          metrics: [],
          outputs: [],
        };
        this.runs.push(run);
        return { run: described(run) };
      }
      case "GET runs/get":
        return { run: described(this.#runOf(body)) };
      case "POST runs/update": {
        const run = this.#runOf(body);
        run.status = String(body.status);
        if (body.end_time !== undefined) run.end = Number(body.end_time);
        return {};
      }
      case "POST runs/log-batch":
        return this.#logBatch(this.#runOf(body), body);
      case "POST runs/outputs":
        for (const { model_id } of body.models as { model_id: string }[]) this.#runOf(body).outputs.push(model_id);
        return {};
      case "GET metrics/get-history": {
        const metrics = this.#runOf(body).metrics.filter(({ key }) => key === body.metric_key);
        const from = Number(body.page_token ?? 0);
        const to = from + Number(body.max_results);
        return { metrics: metrics.slice(from, to), ...(to < metrics.length && { next_page_token: `${to}` }) };
      }
      case "POST logged-models/search": {
        const [, name, run] = /^name = '([^']*)' AND source_run_id = '([^']*)'$/.exec(String(body.filter))!;
        return { models: this.models.filter((one) => one.name === name && one.run === run).map(describedModel) };
      }
      case "POST logged-models": {
        const { name, source_run_id: run } = body as { name: string; source_run_id: string };
        const made = { id: `m-${this.models.length}`, name, run, status: "LOGGED_MODEL_PENDING", tags: new Map() };
        this.models.push(made);
        return { model: describedModel(made) };
      }
      case "POST registered-models/create":
        if (this.versions.some(({ name }) => name === body.name)) {
          throw new Refusal(400, "RESOURCE_ALREADY_EXISTS", "there already");
        }
        return {};
      case "GET model-versions/search":
        return { model_versions: this.versions.filter(({ name }) => String(body.filter).includes(`'${name}'`)) };
      case "POST model-versions/create": {
        const { name, source, run_id } = body as { name: string; source: string; run_id: string };
        const version = `${this.versions.filter((one) => one.name === name).length + 1}`;
        this.versions.push({ name, version, source, run_id });
        return { model_version: { name, version, source } };
      }
      case "POST registered-models/alias":
        this.aliases.set(`${body.name}@${body.alias}`, String(body.version));
        return {};
      default:
        throw new Refusal(404, "ENDPOINT_NOT_FOUND", `there is no ${call}`);
    }
  }

  #runOf({ run_id }: Body): FakeRun {
    const run = this.runs.find(({ id }) => id === run_id);
    if (run === undefined) throw new Refusal(404, "RESOURCE_DOES_NOT_EXIST", `Run with id=${run_id} not found`);
    return run;
  }

  #logBatch(run: FakeRun, { params, tags, metrics }: Body): Body {
    for (const { key, value } of params as Entry[]) {
      if (run.params.has(key) && run.params.get(key) !== value) {
        throw new Refusal(400, "INVALID_PARAMETER_VALUE", `Changing param values is not allowed: ${key}`);
      }
      if (key.includes("refused")) throw new Refusal(400, "INVALID_PARAMETER_VALUE", `Invalid parameter ${key}`);
    }
    for (const { key, value } of params as Entry[]) run.params.set(key, value);
    for (const { key, value } of tags as Entry[]) run.tags.set(key, value);
    run.metrics.push(...(metrics as FakeRun["metrics"]));
    return {};
  }

  #patchModel(id: string, { status, tags }: Body): Body {
    const model = this.models.find((one) => one.id === id)!;
    if (status !== undefined) model.status = String(status);
    for (const { key, value } of (tags ?? []) as Entry[]) model.tags.set(key, value);
    return { model: describedModel(model) };
  }
}

function described(run: FakeRun): Body {
  const { id, experiment, name, status, params, outputs } = run;
  const artifacts = `mlflow-artifacts:/${experiment}/${id}/artifacts`;
  return {
    info: { run_id: id, experiment_id: experiment, run_name: name, status, artifact_uri: artifacts },
    data: { params: [...params].map(([key, value]) => ({ key, value })) },
    outputs: { model_outputs: outputs.map((model_id) => ({ model_id })) },
  };
}

function describedModel({ id, name, status }: FakeModel): Body {
  return { info: { model_id: id, name, status, artifact_uri: `mlflow-artifacts:/1/models/${id}/artifacts` } };
}

function endless(response: ServerResponse): void {
  response.writeHead(200, { "Content-Type": "application/json" });
  const piece = Buffer.alloc(2 ** 20, " ");
  let left = 100;
  const write = (): void => {
    while (left-- > 0) if (!response.write(piece)) return void response.once("drain", write);
    response.end();
  };
  write();
}
