// The steps that a network has been compiled into (src/neural/program.ts): a list of operations of WORDS words each, all addresses
// in bytes and sizes in numbers. Rows of activations are padded to a multiple of 4 floats.

export const WORDS: u32 = 48;

// @ts-ignore: decorator
@inline
export function word(op: u32, field: u32): u32 {
  return load<u32>(op + (field << 2));
}

// @ts-ignore: decorator
@inline
export function real(op: u32, field: u32): f32 {
  return load<f32>(op + (field << 2));
}

export const DENSE: u32 = 1;
export const CONV: u32 = 2;
export const MAX_POOL: u32 = 3;
export const MEAN_POOL: u32 = 4;
export const NORMALIZE: u32 = 5;
export const ACTIVATE: u32 = 6;
export const DROPOUT: u32 = 7;

// Fields of all operations. DX is 0 where nothing below learns.
export const KIND: u32 = 0;
export const X: u32 = 1;
export const Y: u32 = 2;
export const DX: u32 = 3;
export const DY: u32 = 4;
/** Floats from a row to the next. */
export const X_STRIDE: u32 = 5;
export const Y_STRIDE: u32 = 6;

// Of dense and convolutional layers. Kernels W are f32[inputs of a unit][units, padded to 4]; BIAS is 0 where there is none.
export const W: u32 = 7;
export const BIAS: u32 = 8;
export const GRAD_W: u32 = 9;
export const GRAD_BIAS: u32 = 10;
/** W as its transposed: f32[units][runs][length of a run, padded to 4], a dense layer having one run. */
export const W_T: u32 = 11;
/** Where lists are made. */
export const LISTS: u32 = 12;
export const INPUTS: u32 = 13;
export const UNITS: u32 = 14;

// Of windows over images (convolutions and poolings).
export const HEIGHT: u32 = 16;
export const WIDTH: u32 = 17;
export const CHANNELS: u32 = 18;
/** Of the output; of a convolution before its pooling, only as far as the pooling looks. */
export const OUT_HEIGHT: u32 = 19;
export const OUT_WIDTH: u32 = 20;
export const WINDOW_HEIGHT: u32 = 21;
export const WINDOW_WIDTH: u32 = 22;
export const STEP_Y: u32 = 23;
export const STEP_X: u32 = 24;
/** Rows and columns of zeros before the image. */
export const BEFORE_Y: u32 = 25;
export const BEFORE_X: u32 = 26;
/** u32[rows][outputs]: which value of its window was the largest. */
export const LARGEST: u32 = 27;

// Of convolutions.
/** Sizes of the image with its zeros. */
export const PADDED_HEIGHT: u32 = 28;
export const PADDED_WIDTH: u32 = 29;
/** Room for a padded image, or 0 where none is needed. */
export const PADDED: u32 = 30;
/** W as f32[blocks of 8 filters][inputs][8]. */
export const PACKED: u32 = 31;
/** Gradient of W_T. */
export const GRAD_W_T: u32 = 32;
/** Size of the pooling's windows that stand side by side behind the convolution; 1 and 1 without pooling. */
export const POOL_HEIGHT: u32 = 33;
export const POOL_WIDTH: u32 = 34;
/** Room for the image before its pooling; 0 without pooling. */
export const UNPOOLED: u32 = 35;
/** u32[pixels of the pooling's window][2]. */
export const PLACES: u32 = 36;
/** Room for what neural-winograd.ts makes of an image, where it does the work; else 0. */
export const TILES: u32 = 37;

// Of batch normalization: each f32[channels], and scratch f64[2 * channels].
export const GAMMA: u32 = 7;
export const BETA: u32 = 8;
export const GRAD_GAMMA: u32 = 9;
export const GRAD_BETA: u32 = 10;
export const MOVING_MEAN: u32 = 11;
export const MOVING_VARIANCE: u32 = 12;
export const BATCH_MEAN: u32 = 13;
export const BATCH_SCALE: u32 = 14;
export const SUMS: u32 = 15;
/** Values of a row, a multiple of CHANNELS. */
export const VALUES: u32 = 19;
export const EPSILON: u32 = 20;
export const MOMENTUM: u32 = 21;

// Of activations, which are in place, and dropout. CHANNELS (for softmax) and VALUES as above.
export const FUNCTION: u32 = 7;
export const KEY: u32 = 7;
export const THRESHOLD: u32 = 8;
export const KEPT: u32 = 9;
