// The whole of a worker: it knows no kernel by name. It binds the modules that it is sent to its memory and calls the
// functions that it is told. It imports types only, so that the built file stands alone wherever a bundler puts it.
import type { Answer, Order, Start, Stop } from "./messages.js";

/** kernels/kernel.ts; the same number, not imported (see above). */
const MORE = 1;
/** How long a kernel may go on answering MORE before the worker looks whether it was told to stop. */
const SLICE_MS = 10;

type Message = Start | Order | Stop;
interface Port {
  postMessage(message: Answer, transfer: ArrayBuffer[]): void;
}

const threads = (globalThis as { process?: NodeJS.Process }).process?.getBuiltinModule?.("node:worker_threads");
const port: Port = threads?.parentPort ?? (globalThis as unknown as Port);

let memory: WebAssembly.Memory;
const instances = new Map<number, WebAssembly.Instance>();
let stopped = false;

/** Lets messages arrive. */
function turn(): Promise<void> {
  if (typeof setImmediate === "function") return new Promise((resolve) => void setImmediate(resolve));
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}

function start({ memory: given }: Start): void {
  memory = given instanceof WebAssembly.Memory ? given : new WebAssembly.Memory(given);
  port.postMessage({ kind: "ready" }, []);
}

async function perform({ module, compiled, kernel, args, mirror }: Order): Promise<Answer> {
  if (compiled) instances.set(module, new WebAssembly.Instance(compiled, { env: { memory } }));
  const run = instances.get(module)?.exports[kernel];
  if (typeof run !== "function") throw new Error("its module exports no function of this name");
  if (mirror) {
    const missing = mirror.pages - memory.buffer.byteLength / 65536;
    if (missing > 0) memory.grow(missing);
    for (const { offset, bytes } of mirror.pieces) new Uint8Array(memory.buffer, offset).set(bytes);
  }
  let lastTurn = performance.now();
  let answer = MORE;
  while (answer === MORE) {
    if (performance.now() - lastTurn > SLICE_MS) {
      await turn();
      lastTurn = performance.now();
    }
    if (stopped) return { kind: "stopped" };
    answer = run(...args) ?? 0;
  }
  if (answer !== 0) throw new Error(`it answered ${answer}, which is neither DONE nor MORE`);
  const pieces = (mirror?.wanted ?? []).map(({ offset, bytes }) => ({
    offset,
    bytes: new Uint8Array(memory.buffer, offset, bytes).slice() as Uint8Array<ArrayBuffer>,
  }));
  return { kind: "done", pieces };
}

async function receive(message: Message): Promise<void> {
  if ("memory" in message) return start(message);
  if ("stop" in message) {
    stopped = true;
    return;
  }
  stopped = false;
  const answer = await perform(message).catch(
    (error): Answer => ({ kind: "failed", message: String(error?.message ?? error) }),
  );
  port.postMessage(answer, answer.kind === "done" ? answer.pieces.map((piece) => piece.bytes.buffer) : []);
}

if (threads?.parentPort) threads.parentPort.on("message", receive);
else (globalThis as unknown as Worker).onmessage = (event: MessageEvent<Message>) => void receive(event.data);
