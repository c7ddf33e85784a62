// A job grows trees, one task after the other. Offsets of the fields of jobs, tasks and nodes; see ../grow-boosted.ts.

export let features: u32 = 0;
export let nFeatures: u32 = 0;
export let tiles: u32 = 0;
export let rows: u32 = 0;
export let totalBins: u32 = 0;
export let pairs: u32 = 0;
export let nodes: u32 = 0;
export let order: u32 = 0;
export let spare: u32 = 0;
export let histograms: u32 = 0;
export let nSlots: u32 = 0;
export let living: u32 = 0;
export let livingCounts: u32 = 0;
export let nTiles: u32 = 0;
/** Into how many slices the rows of large nodes are cut, to be counted at once; all but the first have slots of their own. */
export let nSlices: u32 = 1;
export let results: u32 = 0;
export let maxDepth: u32 = 0;
export let maxLeaves: u32 = 0;
export let policy: u32 = 0;
export let monotone: u32 = 0;
export let masks: u32 = 0;
/** Room for the summaries of a feature's bins. */
export let summaries: u32 = 0;
export let lambda: f64 = 0;
export let alpha: f64 = 0;
export let minHessian: f64 = 0;
export let maxDeltaStep: f64 = 0;
/** Steps of a gradient's and a hessian's fixed point in one unit. */
export let gradientScale: f64 = 1;
export let hessianScale: f64 = 1;
/** Neither alpha nor maxDeltaStep nor monotone constraints: a split's score has its short form. */
export let isPlain: bool = false;

/** Entries from which on the rows of a node are cut into slices; NONE: never. */
export const DIVIDE_FROM: u32 = 72;
export const SUBSAMPLE: u32 = 168;
export const GAMMA: u32 = 136;
export const LEARNING_RATE: u32 = 160;
export const PAIRS: u32 = 20;
export const NODES: u32 = 28;
export const SEED: u32 = 112;
/** The task that the job works on; NONE before and after. */
export const TASK: u32 = 24;
export const SAMPLE_COUNTS: u32 = 96;
export const PHASE: u32 = 192;
export const NODE_COUNT: u32 = 196;
export const LEAF_COUNT: u32 = 200;
export const FREE_COUNT: u32 = 204;
export const FREE_SLOTS: u32 = 208;
export const OPEN: u32 = 212;
export const OPEN_COUNT: u32 = 216;
export const BUILT: u32 = 220;
export const DERIVED: u32 = 224;
export const PARENT_SLOT: u32 = 228;
export const PARENT: u32 = 232;
/** Entries of a row, on average: what counting one costs. */
export const ROW_ENTRIES: u32 = 236;
export const GRADIENT_SCALE: u32 = 240;
export const HESSIAN_SCALE: u32 = 248;

export const NONE: u32 = 0xffffffff;

export function openJob(job: u32): void {
  features = load<u32>(job);
  nFeatures = load<u32>(job, 4);
  tiles = load<u32>(job, 8);
  rows = load<u32>(job, 12);
  totalBins = load<u32>(job, 16);
  order = load<u32>(job, 32);
  spare = load<u32>(job, 36);
  histograms = load<u32>(job, 40);
  nSlots = load<u32>(job, 44);
  living = load<u32>(job, 48);
  livingCounts = load<u32>(job, 52);
  nTiles = load<u32>(job, 56);
  nSlices = load<u32>(job, 60);
  results = load<u32>(job, 64);
  masks = load<u32>(job, 68);
  summaries = load<u32>(job, 92);
  maxDepth = load<u32>(job, 76);
  maxLeaves = load<u32>(job, 80);
  policy = load<u32>(job, 84);
  monotone = load<u32>(job, 88);
  lambda = load<f64>(job, 120);
  alpha = load<f64>(job, 128);
  minHessian = load<f64>(job, 144);
  maxDeltaStep = load<f64>(job, 152);
  isPlain = alpha == 0 && maxDeltaStep == 0 && monotone == 0;
  openTask(job);
}

/** What belongs to the job's task. */
export function openTask(job: u32): void {
  pairs = load<u32>(job, PAIRS);
  nodes = load<u32>(job, NODES);
  openScales(job);
}

/** The scales are powers of two, so that multiplying by them is exact. */
export function openScales(job: u32): void {
  gradientScale = load<f64>(job, GRADIENT_SCALE);
  hessianScale = load<f64>(job, HESSIAN_SCALE);
}

// Fields of a task: a tree to be grown.
export const TASK_BYTES: u32 = 64;
export const TASK_PAIRS: u32 = 0;
export const TASK_MARGINS: u32 = 4;
export const TASK_NODES: u32 = 8;
export const TASK_SEED: u32 = 16;
export const TASK_MAX_GRADIENT: u32 = 24;
export const TASK_MAX_HESSIAN: u32 = 32;
export const TASK_HESSIAN_SCALE: u32 = 40;
export const TASK_NODE_COUNT: u32 = 48;

// Fields of a node.
export const NODE_BYTES: u32 = 112;
export const FEATURE: u32 = 0;
export const BIN: u32 = 4;
export const DEFAULT_LEFT: u32 = 8;
export const LEFT: u32 = 12;
export const RIGHT: u32 = 16;
export const BEGIN: u32 = 20;
export const COUNT: u32 = 24;
export const DEPTH: u32 = 28;
export const SLOT: u32 = 32;
/** 1: its hessians and its depth allow a split. */
export const ELIGIBLE: u32 = 36;
export const G: u32 = 40;
export const H: u32 = 48;
export const LOWER: u32 = 56;
export const UPPER: u32 = 64;
export const GAIN: u32 = 72;
export const LEFT_G: u32 = 80;
export const LEFT_H: u32 = 88;
export const KEY: u32 = 96;
export const WEIGHT: u32 = 104;

@inline
export function nodeAt(i: u32): u32 {
  return nodes + i * NODE_BYTES;
}

@inline
export function histogramAt(slot: u32): u32 {
  return histograms + slot * (totalBins << 4);
}

/** The features of a slot that a split may still use. */
@inline
export function livingAt(slot: u32): u32 {
  return living + ((slot * nFeatures) << 2);
}

@inline
export function livingCountAt(slot: u32): u32 {
  return livingCounts + (slot << 2);
}
