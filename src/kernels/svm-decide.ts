/**
 * Decision values of support vector machines.
 *
 * Problem: for each row x and each pair of classes, sum over the support vectors of both, in their order and begun at +0, of coefficient
 * times K(support vector, x), less rho; for regression there is one such sum. Kernel values are f64 here (see svm-gram.ts).
 */

import type { Kernel } from "./kernel.js";
import { svm } from "./modules.js";
import { LINE_BYTES, panelBytes, panelRows, type VectorKind } from "./svm-vectors.js";

/**
 * decide(scratch, machine, vectors, order, n, from, to, out, dots, stride) -> DONE: those of the panels from .. to of the n
 * rows order u32[n] of `vectors`, into out f64[n][pairs]. With `dots`, a matrix of dot products of all rows of a table that the
 * support vectors are rows of too (`rows` of the machine, and its vectors being that table's), these are read instead of computed.
 */
export const decide: Kernel = { module: svm, name: "decide" };

/**
 * decideRow(scratch, machine, data, cols, row, norm, out) -> DONE: those of one row, given as i16 codes that zeros pad to 16, and its
 * squared norm i32, from the codes of the support vectors as bytes.
 */
export const decideRow: Kernel = { module: svm, name: "decideRow" };

/** What decides; addresses. */
export interface MachineAt {
  /** Descriptor of the support vectors. */
  readonly vectors: number;
  readonly count: number;
  /** Descriptor of the kernel function. */
  readonly fn: number;
  /** 0 for regression. */
  readonly classes: number;
  /** u32 by class: how many support vectors there are of it and of the classes before. */
  readonly ends: number;
  /** f64[count][classes - 1]: coefficients of a vector for the other classes in their order; f64[count] for regression. */
  readonly coef: number;
  /** f64 by pair. */
  readonly rho: number;
  readonly pairs: number;
  /** u32 by support vector: its row where dot products are given; else 0. */
  readonly rows: number;
}

/** The machine's descriptor, u32[9]. */
export function machineDescriptor(m: MachineAt): Uint32Array {
  return Uint32Array.of(m.vectors, m.count, m.fn, m.classes, m.ends, m.coef, m.rho, m.pairs, m.rows);
}

/** Bytes of scratch of one call; of `decideRow`, with no lines. */
export const decideScratchBytes = (kind: VectorKind, lines: number, pairs: number): number =>
  4 * LINE_BYTES + 8 * pairs * panelRows(kind) + panelBytes(lines);
