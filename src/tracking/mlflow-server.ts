import { InvalidParameterError } from "../core/errors.js";

/** Where a server of MLflow is, and who asks. */
export interface MlflowServer {
  /** "https://host:port/path", without credentials and without "/" at its end. */
  readonly url: string;
  /** What goes into the header of that name, or null. */
  readonly authorization: string | null;
  /** What no message may hold. */
  readonly secrets: readonly string[];
}

/** Each by default from the environment, as in MLflow's Python client. */
export interface MlflowCredentials {
  /** Default MLFLOW_TRACKING_USERNAME. */
  readonly username?: string;
  /** Default MLFLOW_TRACKING_PASSWORD. */
  readonly password?: string;
  /** A bearer token. Default MLFLOW_TRACKING_TOKEN. */
  readonly token?: string;
}

/** Variables of the environment; none in a browser. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Credentials in the URI (user:password@) come before a user name and password, and those before a token: the order of
 * MLflow's Python client (mlflow/utils/rest_utils.py).
 *
 * @throws InvalidParameterError for what is no http or https URI
 */
export function serverAt(uri: string, credentials: MlflowCredentials, env: Environment): MlflowServer {
  // A URI may hold a password, so a message does not repeat it.
  const url = URL.canParse(uri) ? new URL(uri) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new InvalidParameterError("trackingUri must be an http: or https: URI, or a folder", "trackingUri");
  }
  const inUri = { username: decoded(url.username), password: decoded(url.password) };
  const username = inUri.username || (credentials.username ?? env.MLFLOW_TRACKING_USERNAME ?? "");
  const password = inUri.username ? inUri.password : (credentials.password ?? env.MLFLOW_TRACKING_PASSWORD ?? "");
  const token = credentials.token ?? env.MLFLOW_TRACKING_TOKEN ?? "";
  const hasPassword = username !== "" && (password !== "" || inUri.username !== "");
  return {
    url: `${url.origin}${url.pathname.replace(/\/+$/, "")}`,
    authorization: hasPassword ? basic(username, password) : token === "" ? null : `Bearer ${token}`,
    secrets: [password, encodeURIComponent(password), token].filter((secret) => secret !== ""),
  };
}

/** RFC 7617, in UTF-8. */
function basic(username: string, password: string): string {
  const bytes = new TextEncoder().encode(`${username}:${password}`);
  return `Basic ${btoa(String.fromCharCode(...bytes))}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
