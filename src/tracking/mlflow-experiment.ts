import { objectIn, textIn } from "./mlflow-answer.js";
import type { MlflowClient } from "./mlflow-client.js";
import { MlflowError } from "./mlflow-error.js";
import type { Allowance } from "./retries.js";

/**
 * The id of the experiment of a name, which is created where there is none. Of several processes that create it at once
 * all get the same.
 */
export async function experimentId(client: MlflowClient, name: string, allowance: Allowance): Promise<string> {
  const known = await find(client, name, allowance);
  if (known !== null) return known;
  try {
    return textIn(await client.post("experiments/create", { name }, allowance), "experiment_id");
  } catch (error) {
    const isThere = error instanceof MlflowError && error.errorCode === "RESOURCE_ALREADY_EXISTS";
    const created = isThere ? await find(client, name, allowance) : null;
    if (created === null) throw error;
    return created;
  }
}

async function find(client: MlflowClient, name: string, allowance: Allowance): Promise<string | null> {
  try {
    const answer = await client.get("experiments/get-by-name", { experiment_name: name }, allowance);
    const experiment = objectIn(answer, "experiment");
    if (experiment.lifecycle_stage === "deleted") {
      throw new MlflowError(
        `the experiment ${JSON.stringify(name)} at ${client.url} has been deleted; restore it, or choose another name`,
      );
    }
    return textIn(experiment, "experiment_id");
  } catch (error) {
    if (error instanceof MlflowError && error.errorCode === "RESOURCE_DOES_NOT_EXIST") return null;
    throw error;
  }
}
