import type { AnyEstimator } from "../core/estimator.js";

/** One version of a model in a store. */
export interface StoredModel {
  readonly name: string;
  /** Counts from 1; a version is never changed and its number never used again. */
  readonly version: number;
  /** Of the model file, in hexadecimal. */
  readonly sha256: string;
  /** Length of the model file. */
  readonly bytes: number;
  /** When it was published, ISO 8601. */
  readonly publishedAt: string;
  /** What its maker says of it: metrics, parameters. Plain JSON. */
  readonly facts: Readonly<Record<string, unknown>>;
}

/** Versions of models by name, of which one is current. Names match ^[a-z0-9][a-z0-9_-]{0,63}$. */
export interface ModelStore {
  names(): Promise<readonly string[]>;
  /** Newest first. */
  versions(name: string): Promise<readonly StoredModel[]>;
  /** The version to serve, or null. */
  current(name: string): Promise<StoredModel | null>;
  /** The bytes of a model file, checked against its hash. */
  read(name: string, version: number): Promise<Uint8Array>;
  /** Stores a new version whole or not at all, and makes it current. */
  publish(
    name: string,
    model: AnyEstimator | Uint8Array,
    facts?: Readonly<Record<string, unknown>>,
  ): Promise<StoredModel>;
  /** Makes another version current: a way back. */
  makeCurrent(name: string, version: number): Promise<StoredModel>;
}
