/** Slices of work on the calling thread end after about so long, so that a page keeps its 60 frames a second. */
const SLICE_MS = 12;

/** Settles after the event loop has turned once, so that timers, input and messages have had their say. */
function turn(): Promise<void> {
  // setTimeout would cost 1 ms (Node) to 4 ms (browsers) a turn.
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

/** Tells work on the calling thread when it has held the event loop for long enough. */
export class EventLoop {
  #lastTurn = performance.now();

  get isDue(): boolean {
    return performance.now() - this.#lastTurn > SLICE_MS;
  }

  async turn(): Promise<void> {
    await turn();
    this.#lastTurn = performance.now();
  }
}
