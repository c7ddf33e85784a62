import { join } from "node:path";

/** Where the service keeps what must outlive it. */
export class StateFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** The store of models. */
  get models(): string {
    return join(this.path, "models");
  }

  /** A folder for each training. */
  get trainings(): string {
    return join(this.path, "trainings");
  }

  /** The answer of GET /best_model_parameters. */
  get bestParameters(): string {
    return join(this.path, "best_parameters.json");
  }

  /** Runs, where there is no server of MLflow. */
  get runs(): string {
    return join(this.path, "mlruns");
  }

  /** Records that MLflow could not take yet. */
  get outbox(): string {
    return join(this.path, "mlflow-outbox");
  }
}
