import type { FitContext } from "../core/estimator.js";
import type { Matrix } from "../core/matrix.js";
import { type AnyKernel, type KernelParams, kernelFor } from "./kernel-params.js";

/** Candidates that have a kernel matrix in common. */
export interface KernelGroup {
  readonly kernel: AnyKernel;
  readonly cacheSize: number;
  /** Indices of the candidates. */
  readonly members: readonly number[];
}

/** Candidates by what their kernel matrices are made of. */
export async function groupByKernel(
  candidates: readonly Readonly<KernelParams>[],
  X: Matrix,
  ctx: FitContext,
): Promise<readonly KernelGroup[]> {
  const groups: (KernelGroup & { readonly members: number[] })[] = [];
  for (const [index, params] of candidates.entries()) {
    const kernel = await kernelFor(params, X, ctx);
    const { cacheSize } = params;
    const known = groups.find((group) => isSame(group.kernel, kernel) && group.cacheSize === cacheSize);
    if (known === undefined) groups.push({ kernel, cacheSize, members: [index] });
    else known.members.push(index);
  }
  return groups;
}

/** Ours are one by their numbers, the user's by identity. */
function isSame(one: AnyKernel, other: AnyKernel): boolean {
  if (typeof one !== "object" || typeof other !== "object") return one === other;
  return JSON.stringify(one) === JSON.stringify(other);
}
