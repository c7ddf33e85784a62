import type * as tfjs from "@tensorflow/tfjs";
import { InvalidParameterError, KernelError, TrellisError } from "../core/errors.js";
import { describe } from "../core/to-matrix.js";

/** The namespace of @tensorflow/tfjs, which the user imports and hands over: so there is one copy of it, with their backend. */
export type Tf = typeof tfjs;
export type { DataType as DType, LayersModel, Tensor, Variable } from "@tensorflow/tfjs";

/** Functions by which a namespace of tfjs is told from what is none. */
const SIGNS = ["tensor", "tidy", "getBackend", "ready", "variableGrads", "customGrad"] as const;

/** @throws InvalidParameterError if it is not the namespace of tfjs */
export function checkNamespace(tf: unknown): asserts tf is Tf {
  const given = (typeof tf === "object" && tf !== null) || typeof tf === "function" ? tf : {};
  const missing = SIGNS.find((name) => typeof (given as Record<string, unknown>)[name] !== "function");
  if (missing === undefined) return;
  const what = given === tf ? `something without ${missing}()` : describe(tf);
  throw new InvalidParameterError(
    `tf must be the namespace of @tensorflow/tfjs, as import * as tf from "@tensorflow/tfjs" gives it; got ${what}`,
    "tf",
  );
}

/** The name of the backend in use, once it is up. @throws InvalidParameterError if there is none */
export async function readyBackend(tf: Tf): Promise<string> {
  const remedy = 'import "@tensorflow/tfjs-backend-cpu" (or another one) and await tf.setBackend("cpu") first';
  let cause: unknown;
  try {
    await tf.ready();
  } catch (error) {
    cause = error;
  }
  const name = cause === undefined ? tf.getBackend() : "";
  if (name) return name;
  const said = cause === undefined ? "" : ` (${messageOf(cause)})`;
  throw new InvalidParameterError(`tf has no backend that is up${said}; ${remedy}`, "tf");
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** What tfjs says when its backend lacks a kernel: with the name in quotes, or without. */
const LACKS_KERNEL = /[Kk]ernel '?(\w+)'? not registered for backend '?([\w-]+)'?/;

/** An error of tfjs as one of ours, naming the kernel that its backend lacks; our own and an abort's stay as they are. */
export function asOurs(error: unknown, backend: string): unknown {
  if (error instanceof TrellisError) return error;
  const [, kernel, owner] = LACKS_KERNEL.exec(messageOf(error)) ?? [];
  if (kernel !== undefined) {
    return new InvalidParameterError(
      `tfjs's backend "${owner}" has no kernel ${kernel}, which this network needs; tf.registerKernel(...) one, ` +
        'or await tf.setBackend("cpu"), which has all of them',
      "tf",
    );
  }
  return new KernelError(`tfjs's backend "${backend}" failed: ${messageOf(error)}`, { cause: error });
}
