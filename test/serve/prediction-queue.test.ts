import { Matrix } from "trellis-learn";
import { describe, expect, it } from "vitest";
import { type Ask, BatchSize, PredictionQueue } from "../../src/serve/prediction-queue.js";
import type { Predicted, PredictOrder } from "../../src/serve/thread-messages.js";

/** A thread that answers each row with its first value, when it is told to. */
class SlowThread {
  readonly orders: PredictOrder[] = [];
  secondsPerRow = 1e-6;
  readonly #answers: (() => void)[] = [];
  readonly send = (order: PredictOrder): Promise<Predicted> => {
    this.orders.push(order);
    return new Promise((resolve) => {
      const width = order.data.length / order.rows;
      const labels = Array.from({ length: order.rows }, (_, i) => order.data[i * width]!);
      this.#answers.push(() => resolve({ labels, probabilities: null, seconds: order.rows * this.secondsPerRow }));
    });
  };
  async answer(): Promise<void> {
    this.#answers.shift()!();
    await settled();
  }
  get rows(): number[] {
    return this.orders.map((order) => order.rows);
  }
}

const settled = () => new Promise((resolve) => setImmediate(resolve));
const matrix = (...values: number[]) => new Matrix(Float64Array.from(values), values.length, 1);
const many = (count: number, from = 0) => matrix(...Array.from({ length: count }, (_, i) => from + i));

function queueOf(thread: SlowThread, limits = { queuedRows: 5000, queuedRequests: 100 }) {
  const queue = new PredictionQueue(limits, thread.send, { batch: () => {}, waited: () => {} });
  const ask = (X: Matrix, more: Partial<Ask> = {}) =>
    queue.add({ key: 1, X, probabilities: false, batchSize: new BatchSize(), deadline: 10, ...more });
  return { queue, ask };
}

describe("The queue of predictions", () => {
  it("sends what waits for one model as one batch, and gives each its own rows.", async () => {
    const thread = new SlowThread();
    const { ask } = queueOf(thread);
    const answers = [ask(matrix(1)), ask(matrix(2, 3)), ask(matrix(4))];
    expect(thread.rows).toEqual([1]);
    await thread.answer();
    expect(thread.rows).toEqual([1, 3]);
    await thread.answer();
    expect((await Promise.all(answers)).map(({ labels }) => labels)).toEqual([[1], [2, 3], [4]]);
  });

  it("lets single rows pass a request of thousands, whose rows still come in order.", async () => {
    const thread = new SlowThread();
    const { ask } = queueOf(thread);
    const long = ask(many(2048));
    const single = ask(matrix(-1));
    await thread.answer();
    await thread.answer();
    expect(thread.rows).toEqual([64, 128, 256]);
    expect(await single).toMatchObject({ labels: [-1] });
    while (thread.rows.reduce((sum, rows) => sum + rows) < 2049) await thread.answer();
    await thread.answer();
    expect((await long).labels).toEqual(Array.from({ length: 2048 }, (_, i) => i));
  });

  it("makes batches as long as 10 ms are enough for, of 16 rows at least and 256 at most.", async () => {
    const thread = new SlowThread();
    const batchSize = new BatchSize();
    const { ask } = queueOf(thread);
    const long = ask(many(1000), { batchSize });
    for (let i = 0; i < 3; i++) await thread.answer();
    thread.secondsPerRow = 0.001;
    while (thread.rows.reduce((sum, rows) => sum + rows) < 1000) await thread.answer();
    await thread.answer();
    expect(thread.rows).toEqual([64, 128, 256, 256, 128, 64, 32, 16, 16, 16, 16, 8]);
    await long;
  });

  it("takes models, and kinds of questions and numbers, in turn and never together.", async () => {
    const thread = new SlowThread();
    const { ask } = queueOf(thread);
    const bytes = new Matrix(Uint8Array.of(5), 1, 1, { scale: 0.5 });
    const all = [
      ask(matrix(0)),
      ask(matrix(1)),
      ask(matrix(2), { key: 2 }),
      ask(bytes),
      ask(matrix(3), { probabilities: true }),
    ];
    all.push(ask(matrix(4)));
    for (let i = 0; i < 5; i++) await thread.answer();
    expect(thread.orders.map(({ key, rows, scale, probabilities }) => [key, rows, scale, probabilities])).toEqual([
      [1, 1, null, false],
      [1, 2, null, false],
      [2, 1, null, false],
      [1, 1, 0.5, false],
      [1, 1, null, true],
    ]);
    await Promise.all(all);
  });

  it("refuses at once what it has no room for.", async () => {
    const thread = new SlowThread();
    const { queue, ask } = queueOf(thread, { queuedRows: 10, queuedRequests: 2 });
    const first = ask(many(9));
    await expect(ask(many(2))).rejects.toMatchObject({ status: 503, code: "QUEUE_FULL", retryAfter: 1 });
    const second = ask(matrix(1));
    expect(queue.isFull).toBe(true);
    await expect(ask(matrix(1))).rejects.toMatchObject({ code: "QUEUE_FULL" });
    await thread.answer();
    await thread.answer();
    await Promise.all([first, second]);
    expect(queue.isFull).toBe(false);
    expect(queue.size).toBe(0);
  });

  it("drops what is too late, and what nobody waits for any more.", async () => {
    const thread = new SlowThread();
    const { queue, ask } = queueOf(thread);
    const first = ask(matrix(0));
    const gone = new AbortController();
    const aborted = ask(many(5), { signal: gone.signal });
    const late = ask(many(6), { deadline: 0.01 });
    gone.abort(new Error("gone"));
    await expect(aborted).rejects.toThrow("gone");
    await expect(late).rejects.toMatchObject({ status: 503, code: "DEADLINE" });
    expect(queue.size).toBe(1);
    await thread.answer();
    expect(await first).toMatchObject({ labels: [0] });
    expect(thread.rows).toEqual([1]);
  });

  it("fails what was under way when the thread does, and goes on.", async () => {
    let fails = true;
    const thread = new SlowThread();
    const send = (order: PredictOrder) => (fails ? Promise.reject(new Error("died")) : thread.send(order));
    const queue = new PredictionQueue({ queuedRows: 9, queuedRequests: 9 }, send, {
      batch: () => {},
      waited: () => {},
    });
    const asked = { key: 1, X: matrix(1), probabilities: false, batchSize: new BatchSize(), deadline: 10 };
    await expect(queue.add(asked)).rejects.toThrow("died");
    fails = false;
    const next = queue.add(asked);
    await thread.answer();
    expect(await next).toMatchObject({ labels: [1] });
  });
});
