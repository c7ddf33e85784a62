import { areCompatible } from "./distribution-json.js";
import type {
  CreateStudy,
  CreateTrial,
  DeleteStudy,
  JournalRecord,
  SetStudyAttr,
  SetTrialAttr,
  SetTrialIntermediate,
  SetTrialParam,
  SetTrialState,
} from "./journal-record.js";
import { LoggedStudy } from "./logged-study.js";
import { isFinished, LoggedTrial } from "./logged-trial.js";

/**
 * All studies of a storage, as its records say, which are replayed in the order in which they were written. A record that
 * comes too late is void: the name of its study is taken, its trial is finished, or somebody else runs it already. So all
 * who read the same records know the same, also who was first. The rules are those of Optuna's JournalStorage.
 */
export class StudyLog {
  /** By id, in the order in which they were created. */
  readonly #studies = new Map<number, LoggedStudy>();
  readonly #byName = new Map<string, LoggedStudy>();
  readonly #trials: { readonly study: LoggedStudy; readonly trial: LoggedTrial }[] = [];
  #nextStudy = 0;

  /** The studies that were not deleted. */
  get studies(): readonly LoggedStudy[] {
    return [...this.#studies.values()];
  }

  /** The study of that name; undefined where there is none. */
  find(name: string): LoggedStudy | undefined {
    return this.#byName.get(name);
  }

  /** Takes in one record of the journal; the order of records decides. */
  apply(record: JournalRecord): void {
    switch (record.op) {
      case "create-study":
        this.#createStudy(record);
        break;
      case "delete-study":
        this.#deleteStudy(record);
        break;
      case "set-study-user-attr":
      case "set-study-system-attr":
        this.#setStudyAttr(record);
        break;
      case "create-trial":
        this.#createTrial(record);
        break;
      default:
        this.#changeTrial(record);
    }
  }

  #createStudy({ name, directions, worker }: CreateStudy): void {
    if (this.find(name) !== undefined) return;
    const id = this.#nextStudy++;
    const study = new LoggedStudy(id, name, directions, worker);
    this.#studies.set(id, study);
    this.#byName.set(name, study);
  }

  #deleteStudy({ study: id }: DeleteStudy): void {
    const study = this.#studies.get(id);
    if (study === undefined) return;
    this.#studies.delete(id);
    this.#byName.delete(study.name);
  }

  #setStudyAttr({ op, study: id, key, value }: SetStudyAttr): void {
    const study = this.#studies.get(id);
    (op === "set-study-user-attr" ? study?.userAttrs : study?.systemAttrs)?.set(key, value);
  }

  #createTrial({ study: id, started, template, worker }: CreateTrial): void {
    const study = this.#studies.get(id);
    if (study === undefined) return;
    const trial = new LoggedTrial(study.logged.length);
    trial.started = started;
    if (template !== undefined) {
      trial.state = template.state;
      trial.values = template.values;
      trial.finished = template.finished;
      for (const [step, value] of template.intermediate) trial.intermediate.set(step, value);
      for (const [key, value] of template.userAttrs) trial.userAttrs.set(key, value);
      for (const [key, value] of template.systemAttrs) trial.systemAttrs.set(key, value);
      for (const [name, distribution] of template.distributions) {
        trial.distributions.set(name, distribution);
        study.noteDistribution(name, distribution, trial);
      }
      for (const [name, internal] of template.internals) trial.internals.set(name, internal);
    }
    if (trial.state === "running") trial.owner = worker;
    study.trialIds.push(this.#trials.length);
    study.logged.push(trial);
    this.#trials.push({ study, trial });
    study.touch(trial);
  }

  #changeTrial(record: SetTrialParam | SetTrialState | SetTrialIntermediate | SetTrialAttr): void {
    const { study, trial } = this.#trials[record.trial] ?? {};
    if (study === undefined || trial === undefined || isFinished(trial.state)) return;
    switch (record.op) {
      case "set-trial-param":
        setParam(study, trial, record);
        break;
      case "set-trial-state":
        setState(trial, record);
        break;
      case "set-trial-intermediate":
        trial.intermediate.set(record.step, record.value);
        break;
      case "set-trial-user-attr":
        trial.userAttrs.set(record.key, record.value);
        break;
      case "set-trial-system-attr":
        trial.systemAttrs.set(record.key, record.value);
        break;
    }
    study.touch(trial);
  }
}

function setParam(study: LoggedStudy, trial: LoggedTrial, { name, internal, distribution }: SetTrialParam): void {
  const first = study.firstDistribution(name);
  if (first !== undefined && !areCompatible(first, distribution)) return;
  trial.internals.set(name, internal);
  trial.distributions.set(name, distribution);
  study.noteDistribution(name, distribution, trial);
}

function setState(trial: LoggedTrial, { state, values, at, worker }: SetTrialState): void {
  if (state === "running" && trial.state === "running") return;
  if (state === "running") {
    trial.owner = worker;
    trial.started = at;
  }
  if (isFinished(state)) {
    trial.closedBy = worker;
    trial.finished = at;
  }
  trial.state = state;
  if (values !== null) trial.values = values;
}
