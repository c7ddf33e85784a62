import { KernelError } from "../core/errors.js";
import type { Kernel } from "../kernels/kernel.js";

/** The error of a kernel that broke off: a trap, a module that does not load, an answer that is none. */
export function kernelFailed({ module, name }: Kernel, cause: unknown): KernelError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new KernelError(`Kernel "${name}" of the "${module.name}" family failed: ${why}`, { cause });
}

/** The error of a kernel whose worker died under it. */
export function workerDied({ module, name }: Kernel, why: string): KernelError {
  return new KernelError(`The worker that ran kernel "${name}" of the "${module.name}" family died: ${why}`);
}
