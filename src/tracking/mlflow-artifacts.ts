import { mediaType } from "./media-type.js";
import type { MlflowClient } from "./mlflow-client.js";
import { MlflowError } from "./mlflow-error.js";
import { checkPath } from "./record-rules.js";
import type { Allowance } from "./retries.js";

/** Writes a file below a folder, given as a `file:` URI or a path. */
export type WriteFile = (folder: string, path: string, content: Uint8Array) => Promise<void>;

/** Stores files where a server keeps the artifacts of its runs and models. */
export class MlflowArtifacts {
  readonly #client: MlflowClient;
  readonly #writeFile: WriteFile | null;

  constructor(client: MlflowClient, writeFile: WriteFile | null) {
    this.#client = client;
    this.#writeFile = writeFile;
  }

  /**
   * @param root the `artifact_uri` of a run or model
   * @throws InvalidParameterError for a path that would lead elsewhere
   */
  async store(root: string, path: string, content: Uint8Array, allowance: Allowance): Promise<void> {
    checkPath("path of the artifact", path);
    const proxied = /^mlflow-artifacts:(?:\/\/([^/]*))?\/(.*)$/.exec(root);
    if (proxied !== null) {
      const [, host = "", folder] = proxied;
      if (host !== "" && host !== new URL(this.#client.url).host) throw this.#refusal(root);
      await this.#client.upload(`${folder!.replace(/\/$/, "")}/${path}`, content, mediaType(path), allowance);
    } else if (this.#writeFile !== null && /^(file:|\/|[a-zA-Z]:[\\/])/.test(root)) {
      await this.#writeFile(root, path, content);
    } else throw this.#refusal(root);
  }

  #refusal(root: string): MlflowError {
    return new MlflowError(
      `MLflow at ${this.#client.url} keeps artifacts at ${JSON.stringify(root)}, where they cannot be written from here; ` +
        "start it with --serve-artifacts and --artifacts-destination",
      { errorCode: "NOT_IMPLEMENTED", status: 400 },
    );
  }
}
