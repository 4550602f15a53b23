/**
 * Every kernel, as the plan calls it. They all work on one linear memory that the plan lays out, from `MEMORY_BASE` on:
 *
 * - Pointers, strides and pitches are in bytes; rows, columns, channels, taps and other counts are in elements. All elements are float32.
 *   A pointer of 0 means that there is none, where a docstring allows it.
 * - A feature map is channel-major: element (channel c, row y, column x) stands at `c·stride + y·pitch + 4·x`. Where a kernel takes no pitch,
 *   planes are compact: pitch = 4·columns. 1-D maps have one row. A flat vector is contiguous.
 * - Kernels work on whole vectors of four elements: up to three elements after the end of each row of an output (of its last row, where
 *   planes are compact) are overwritten with anything. So a stride is a multiple of 16 and leaves that room: `planeStride` gives it; flat
 *   vectors take a multiple of four elements. Only `cut` and `resizeBilinear` write exactly what they are asked to. What is read past an
 *   end is never used, but 64 bytes after the last buffer must exist (`READ_AHEAD`).
 * - An output may be its input only for the element-wise kernels: activate, binary, binaryByRow, affine, softmax, softmaxRow,
 *   lstmStep, gruStep.
 * - `activation` is one of ACTIVATIONS and `alpha` its parameter.
 */
export interface Kernels {
  /**
   * out[o][y][x] = act(bias[o] + Σ_i values[i] · in[offsets[indices[i]] + y·inputPitch + 4·x]), i from starts[o] to starts[o + 1].
   *
   * One kernel for any convolution of stride 1: a tap is one (input channel, kernel row, kernel column), and `offsets` holds for each
   * where its elements begin, in bytes from `input`: c·stride + ky·dilation·pitch + 4·kx·dilation on a plane that has its border already
   * (`cut` adds it). A stride of s is the same over the s·s phases of the plane (`cut` with strides makes them). A group is a call of its
   * own. A 1×1 convolution of compact planes is one row of rows·columns columns. A dense layer over a batch is one of `batch` columns.
   *
   * @param offsets uint32 for each tap
   * @param starts uint32, outputs + 1 of them: where each output's weights begin in `indices` and `values`
   * @param indices uint16 taps; best in rising order
   * @param bias one for each output, or 0
   */
  sparseConv(
    output: number,
    outputStride: number,
    outputPitch: number,
    outputs: number,
    rows: number,
    columns: number,
    input: number,
    inputPitch: number,
    offsets: number,
    starts: number,
    indices: number,
    values: number,
    bias: number,
    activation: number,
    alpha: number,
  ): void;

  /**
   * `sparseConv` whose taps come in blocks, so that what a block reads of the input stays in the first cache: the weights of `sparseRows`
   * with blocks·outputs + 1 `starts`. Worth it where `tapsInBlock` says so; the result differs by rounding alone.
   */
  sparseConvBlocks(
    output: number,
    outputStride: number,
    outputPitch: number,
    outputs: number,
    rows: number,
    columns: number,
    input: number,
    inputPitch: number,
    offsets: number,
    starts: number,
    indices: number,
    values: number,
    bias: number,
    activation: number,
    alpha: number,
    blocks: number,
  ): void;

  /** `sparseConv` with uint32 `indices`, for more than 65,536 taps. */
  sparseConvWide: Kernels['sparseConv'];

  /**
   * The same convolution with all of its weights: `weights` are those that `packConv` gives.
   *
   * @param scratch `convScratch(taps)` bytes
   */
  conv(
    output: number,
    outputStride: number,
    outputPitch: number,
    outputs: number,
    rows: number,
    columns: number,
    input: number,
    inputPitch: number,
    offsets: number,
    taps: number,
    weights: number,
    bias: number,
    activation: number,
    alpha: number,
    scratch: number,
  ): void;

  /**
   * Depthwise convolution of compact planes, border included: output channel c·multiplier + m is input channel c under kernel
   * c·multiplier + m. Input row y of output row r under kernel row k: r·strideRows + k·dilationRows - top.
   *
   * @param weights kernelRows·kernelColumns for each output channel, one channel after the other
   * @param bias one for each output channel, or 0
   * @param scratch `slideScratch(…)` bytes
   */
  depthwiseConv(
    output: number,
    outputStride: number,
    outputRows: number,
    outputColumns: number,
    input: number,
    inputStride: number,
    rows: number,
    columns: number,
    channels: number,
    multiplier: number,
    kernelRows: number,
    kernelColumns: number,
    strideRows: number,
    strideColumns: number,
    dilationRows: number,
    dilationColumns: number,
    top: number,
    left: number,
    weights: number,
    bias: number,
    activation: number,
    alpha: number,
    scratch: number,
  ): void;

  /**
   * Maximum (isMaximum 1) or average (0) of windows of compact planes; what is outside of the plane counts for nothing.
   *
   * @param scratch `slideScratch(…)` bytes
   */
  pool(
    isMaximum: number,
    output: number,
    outputStride: number,
    outputRows: number,
    outputColumns: number,
    input: number,
    inputStride: number,
    rows: number,
    columns: number,
    channels: number,
    poolRows: number,
    poolColumns: number,
    strideRows: number,
    strideColumns: number,
    top: number,
    left: number,
    scratch: number,
  ): void;

  /** Maximum (isMaximum 1) or average (0) of the first `count` elements of each plane, into a flat vector. */
  globalPool(isMaximum: number, output: number, input: number, inputStride: number, channels: number, count: number): void;

  /**
   * A sparse matrix times one vector: out[o] = act(bias[o] + Σ_i values[i] · in[indices[i]]), i from starts[o] to starts[o + 1].
   *
   * @param starts uint32, outputs + 1 of them
   * @param indices uint16 places in the input
   * @param bias a flat vector, or 0; for a recurrent step it may be what the inputs have given already
   */
  sparseDense(
    output: number,
    outputs: number,
    input: number,
    starts: number,
    indices: number,
    values: number,
    bias: number,
    activation: number,
    alpha: number,
  ): void;

  /** `sparseDense` with uint32 `indices`, for more than 65,536 inputs. */
  sparseDenseWide: Kernels['sparseDense'];

  /** A dense matrix times one vector; `weights` are those that `packDense` gives; `bias` a flat vector, or 0. */
  dense(
    output: number,
    outputs: number,
    input: number,
    inputs: number,
    weights: number,
    bias: number,
    activation: number,
    alpha: number,
  ): void;

  /** out = act(in) over `count` elements. */
  activate(activation: number, output: number, input: number, count: number, alpha: number): void;

  /** out = a ∘ b, ∘ of BINARY, for `rows` stretches of `count` elements; a stride of 0 takes one stretch for all. */
  binary(
    operation: number,
    output: number,
    outputStride: number,
    a: number,
    aStride: number,
    b: number,
    bStride: number,
    rows: number,
    count: number,
  ): void;

  /** out[r] = a[r] ∘ b[r] with one element of the flat vector b for each row: a gate or a PReLU by channel. */
  binaryByRow(
    operation: number,
    output: number,
    outputStride: number,
    a: number,
    aStride: number,
    b: number,
    rows: number,
    count: number,
  ): void;

  /** out[c] = act(in[c] · scale[c] + shift[c]): a batch norm that could not be folded. */
  affine(
    output: number,
    outputStride: number,
    input: number,
    inputStride: number,
    channels: number,
    count: number,
    scale: number,
    shift: number,
    activation: number,
    alpha: number,
  ): void;

  /** Softmax (or its logarithm, where `logarithm` is 1) over `count` channels, at each of `columns` columns. */
  softmax(
    output: number,
    outputStride: number,
    input: number,
    inputStride: number,
    count: number,
    columns: number,
    logarithm: number,
  ): void;

  /** Softmax (or its logarithm) of one flat vector. */
  softmaxRow(output: number, input: number, count: number, logarithm: number): void;

  /**
   * One step of an LSTM: cell ← f·cell + i·g, hidden ← o·act(cell).
   *
   * @param gates i, f, g, o before their activations, each beginning `units` rounded up to four elements after the one before; overwritten
   */
  lstmStep(gates: number, cell: number, hidden: number, units: number, activation: number, recurrentActivation: number): void;

  /** The end of one step of a GRU: hidden ← update·hidden + (1 - update)·candidate, both after their activations. */
  gruStep(update: number, candidate: number, hidden: number, units: number): void;

  /**
   * Planes out of planes: padding, cropping, phases and sub-sampling. Output row y, column x of each channel is input row
   * y·strideRows + top, column x·strideColumns + left (either may be negative), or `fill` where that is outside. Exact.
   */
  cut(
    output: number,
    outputStride: number,
    outputPitch: number,
    outputRows: number,
    outputColumns: number,
    input: number,
    inputStride: number,
    inputPitch: number,
    rows: number,
    columns: number,
    channels: number,
    top: number,
    left: number,
    strideRows: number,
    strideColumns: number,
    fill: number,
  ): void;

  /** `count` elements of one value. */
  fill(output: number, count: number, value: number): void;

  /** Bilinear as tf.image.resizeBilinear has it by default (corners not aligned, pixel centres at whole numbers). Exact. */
  resizeBilinear(
    output: number,
    outputStride: number,
    outputRows: number,
    outputColumns: number,
    input: number,
    inputStride: number,
    rows: number,
    columns: number,
    channels: number,
  ): void;
}
