import { Counter, Gauge, type Registry } from "prom-client";
import type { JobStatus, Jobs } from "trellis-learn/serve";
import { sizeOfFolder } from "./folder-size.js";
import type { TrainingResult } from "./training.js";

interface CandidateScored {
  readonly family: string;
  readonly candidate: number;
  /** Null where it failed. */
  readonly meanScore: number | null;
}

/** What GET /metrics says of trainings and of MLflow. */
export class TrainingMetrics {
  readonly #running: Gauge;
  readonly #ended: Counter<"state">;
  readonly #resumed: Counter;
  readonly #trials: Counter<"state">;
  readonly #records: Counter<"outcome">;
  readonly #followed = new Set<string>();

  /** @param outbox folder of the records that MLflow could not take yet */
  constructor(registry: Registry, outbox: string) {
    const registers = [registry];
    this.#running = new Gauge({ name: "training_running", help: "Trainings that run.", registers });
    this.#ended = new Counter({
      ...{ name: "training_ended_total", help: "Trainings that ended, by how.", labelNames: ["state"], registers },
    });
    this.#resumed = new Counter({
      ...{ name: "training_resumed_total", help: "Trainings that went on after a kill or a restart.", registers },
    });
    this.#trials = new Counter({
      ...{ name: "training_trials_total", help: "Candidates that were scored.", labelNames: ["state"], registers },
    });
    this.#records = new Counter({
      ...{
        name: "mlflow_records_total",
        help: "Records of runs, by what became of them.",
        labelNames: ["outcome"],
        registers,
      },
    });
    new Gauge({
      ...{ name: "mlflow_spool_size", help: "Bytes of records that wait for MLflow.", registers },
      async collect() {
        this.set(await sizeOfFolder(outbox));
      },
    });
  }

  /** A training has started, gone on or ended. */
  note({ state, resumed, result }: JobStatus): void {
    this.#running.set(state === "running" ? 1 : 0);
    if (state === "running") {
      if (resumed > 0) this.#resumed.inc();
      return;
    }
    this.#ended.inc({ state });
    if (state !== "completed") return;
    const { delivered, queued, lost } = (result as TrainingResult).mlflow;
    for (const [outcome, count] of Object.entries({ delivered, queued, lost })) this.#records.inc({ outcome }, count);
  }

  /** Counts the candidates of a training until it ends; one that went on after a kill tells of some twice. */
  async follow(jobs: Jobs, id: string): Promise<void> {
    if (this.#followed.has(id)) return;
    this.#followed.add(id);
    const known = new Set<string>();
    for await (const { type, data } of jobs.events(id)) {
      if (type !== "candidate-scored") continue;
      const { family, candidate, meanScore } = data as CandidateScored;
      const name = `${family} ${candidate}`;
      if (known.has(name)) continue;
      known.add(name);
      this.#trials.inc({ state: meanScore === null ? "failed" : "scored" });
    }
  }
}
