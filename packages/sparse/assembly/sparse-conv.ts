import { activatePlanes, highest, lowest } from './activation';
import { lanes, madd, max, min, splat, spread } from './lane';
import { Lane } from './variant';

// What a call works on; a sweep over all outputs reads it once.
let stride: usize = 0;
let pitch: usize = 0;
let outputs: usize = 0;
let inputPitch: usize = 0;
let offsets: usize = 0;
let starts: usize = 0;
let indices: usize = 0;
let values: usize = 0;
let biases: usize = 0;
let kind: i32 = 0;
let alpha: f32 = 0;
let blocks: usize = 1;
// The block of taps that a sweep adds, and whether it begins with the bias and ends with the activation.
let block: usize = 0;
let isFirst: bool = true;
let isLast: bool = true;

/** The vector `at` of a tile of rows of `across` vectors. */
// @ts-ignore: decorator
@inline
function place(first: usize, rowPitch: usize, across: usize, at: usize): usize {
  return first + (at / across) * rowPitch + (at % across) * sizeof<Lane>();
}

/**
 * One tile of every output: `down` rows of `across` vectors, each in a local of its own. A weight that is not zero is spread over a
 * vector once and meets the tile's vectors of its tap.
 */
// @ts-ignore: decorator
@inline
function sweep<I>(down: usize, across: usize, output: usize, input: usize): void {
  const n = down * across;
  const lo = splat<Lane>(isLast ? lowest(kind) : -Infinity);
  const hi = splat<Lane>(isLast ? highest(kind, alpha) : Infinity);
  const begin = isFirst;
  const rowPitch = inputPitch;
  const table = offsets;
  let bias = biases;
  let start = starts + block * (outputs << 2);
  const lastStart = start + (outputs << 2);
  let i = indices + <usize>load<u32>(start) * sizeof<I>();
  let v = values + (<usize>load<u32>(start) << 2);
  while (start < lastStart) {
    start += 4;
    let a0 = splat<Lane>(0);
    if (bias) {
      a0 = spread<Lane>(bias);
      bias += 4;
    }
    let a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0;
    if (!begin) {
      a0 = load<Lane>(output);
      if (n > 1) a1 = load<Lane>(place(output, pitch, across, 1));
      if (n > 2) a2 = load<Lane>(place(output, pitch, across, 2));
      if (n > 3) a3 = load<Lane>(place(output, pitch, across, 3));
      if (n > 4) a4 = load<Lane>(place(output, pitch, across, 4));
      if (n > 5) a5 = load<Lane>(place(output, pitch, across, 5));
    }
    const end = values + (<usize>load<u32>(start) << 2);
    while (v < end) {
      const p = input + load<u32>(table + (<usize>load<I>(i) << 2));
      const w = spread<Lane>(v);
      i += sizeof<I>();
      v += 4;
      a0 = madd<Lane>(w, load<Lane>(p), a0);
      if (n > 1) a1 = madd<Lane>(w, load<Lane>(place(p, rowPitch, across, 1)), a1);
      if (n > 2) a2 = madd<Lane>(w, load<Lane>(place(p, rowPitch, across, 2)), a2);
      if (n > 3) a3 = madd<Lane>(w, load<Lane>(place(p, rowPitch, across, 3)), a3);
      if (n > 4) a4 = madd<Lane>(w, load<Lane>(place(p, rowPitch, across, 4)), a4);
      if (n > 5) a5 = madd<Lane>(w, load<Lane>(place(p, rowPitch, across, 5)), a5);
    }
    store<Lane>(output, min<Lane>(max<Lane>(a0, lo), hi));
    if (n > 1) store<Lane>(place(output, pitch, across, 1), min<Lane>(max<Lane>(a1, lo), hi));
    if (n > 2) store<Lane>(place(output, pitch, across, 2), min<Lane>(max<Lane>(a2, lo), hi));
    if (n > 3) store<Lane>(place(output, pitch, across, 3), min<Lane>(max<Lane>(a3, lo), hi));
    if (n > 4) store<Lane>(place(output, pitch, across, 4), min<Lane>(max<Lane>(a4, lo), hi));
    if (n > 5) store<Lane>(place(output, pitch, across, 5), min<Lane>(max<Lane>(a5, lo), hi));
    output += stride;
  }
}

// The tiles that there are: wide ones for long rows, deep ones for planes of narrow rows. Engines load all of a tile's vectors before they
// multiply: six sums, six vectors and the weight still fit into the sixteen registers of x64, eight do not.
function sweep1x1<I>(output: usize, input: usize): void { sweep<I>(1, 1, output, input); }
function sweep1x2<I>(output: usize, input: usize): void { sweep<I>(1, 2, output, input); }
function sweep1x3<I>(output: usize, input: usize): void { sweep<I>(1, 3, output, input); }
function sweep1x4<I>(output: usize, input: usize): void { sweep<I>(1, 4, output, input); }
function sweep1x5<I>(output: usize, input: usize): void { sweep<I>(1, 5, output, input); }
function sweep1x6<I>(output: usize, input: usize): void { sweep<I>(1, 6, output, input); }
function sweep2x2<I>(output: usize, input: usize): void { sweep<I>(2, 2, output, input); }
function sweep2x3<I>(output: usize, input: usize): void { sweep<I>(2, 3, output, input); }
function sweep3x2<I>(output: usize, input: usize): void { sweep<I>(3, 2, output, input); }

// @ts-ignore: decorator
@inline
function sweepTile(down: usize, across: usize, output: usize, input: usize): void {
  // Few tiles are enough where an engine is slow anyway: the others would only be carried along.
  if (!isVector<Lane>()) {
    for (; across >= 4; across -= 4, output += 16, input += 16) sweep1x4<u16>(output, input);
    for (; across > 0; across--, output += 4, input += 4) sweep1x1<u16>(output, input);
    return;
  }
  if (down == 3) return sweep3x2<u16>(output, input);
  if (down == 2) return across == 3 ? sweep2x3<u16>(output, input) : sweep2x2<u16>(output, input);
  switch (<i32>across) {
    case 1: return sweep1x1<u16>(output, input);
    case 2: return sweep1x2<u16>(output, input);
    case 3: return sweep1x3<u16>(output, input);
    case 4: return sweep1x4<u16>(output, input);
    case 5: return sweep1x5<u16>(output, input);
    default: return sweep1x6<u16>(output, input);
  }
}

/** All blocks of taps of one tile, while the tile's outputs are near. */
function sweepBlocks(down: usize, across: usize, output: usize, input: usize): void {
  for (block = 0; block < blocks; block++) {
    isFirst = block == 0;
    isLast = block + 1 == blocks;
    sweepTile(down, across, output, input);
  }
}

export function sparseConvBlocks(
  output: usize, outputStride: usize, outputPitch: usize, outputCount: usize, rows: usize, columns: usize,
  input: usize, pitchOfInput: usize, tapOffsets: usize, rowStarts: usize, tapIndices: usize, tapValues: usize,
  bias: usize, activation: i32, parameter: f32, blockCount: usize,
): void {
  const firstOutput = output;
  const allRows = rows;
  take(outputStride, outputPitch, outputCount, pitchOfInput, tapOffsets, rowStarts, tapIndices, tapValues, bias, activation, parameter);
  blocks = blockCount;
  const across = (columns + lanes<Lane>() - 1) / lanes<Lane>();
  if (isVector<Lane>() && (across == 2 || across == 3))
    while (rows > 1) {
      // Rows of two vectors go by three; four are two and two.
      const down: usize = across == 2 && rows != 2 && rows != 4 ? 3 : 2;
      sweepBlocks(down, across, output, input);
      rows -= down;
      output += down * pitch;
      input += down * inputPitch;
    }
  for (; rows > 0; rows--, output += pitch, input += inputPitch) {
    let left = across;
    let x: usize = 0;
    // As many tiles as needed, all of about one width.
    for (let tiles = (across + 5) / 6; tiles > 0; tiles--) {
      const width = (left + tiles - 1) / tiles;
      sweepBlocks(1, width, output + x, input + x);
      left -= width;
      x += width * sizeof<Lane>();
    }
  }
  activatePlanes(kind, firstOutput, stride, pitch, outputs, allRows, columns, alpha);
}

export function sparseConv(
  output: usize, outputStride: usize, outputPitch: usize, outputCount: usize, rows: usize, columns: usize,
  input: usize, pitchOfInput: usize, tapOffsets: usize, rowStarts: usize, tapIndices: usize, tapValues: usize,
  bias: usize, activation: i32, parameter: f32,
): void {
  sparseConvBlocks(
    output, outputStride, outputPitch, outputCount, rows, columns, input, pitchOfInput, tapOffsets, rowStarts, tapIndices, tapValues,
    bias, activation, parameter, 1,
  );
}

/** The same with indices of 32 bits, for more than 65,536 taps. */
export function sparseConvWide(
  output: usize, outputStride: usize, outputPitch: usize, outputCount: usize, rows: usize, columns: usize,
  input: usize, pitchOfInput: usize, tapOffsets: usize, rowStarts: usize, tapIndices: usize, tapValues: usize,
  bias: usize, activation: i32, parameter: f32,
): void {
  const firstOutput = output;
  const allRows = rows;
  take(outputStride, outputPitch, outputCount, pitchOfInput, tapOffsets, rowStarts, tapIndices, tapValues, bias, activation, parameter);
  const vector = lanes<Lane>() << 2;
  block = 0;
  isFirst = isLast = true;
  for (; rows > 0; rows--, output += pitch, input += inputPitch) {
    let left = (columns + lanes<Lane>() - 1) / lanes<Lane>();
    let x: usize = 0;
    for (; left >= 4; left -= 4, x += 4 * vector) sweep1x4<u32>(output + x, input + x);
    for (; left > 0; left--, x += vector) sweep1x1<u32>(output + x, input + x);
  }
  activatePlanes(kind, firstOutput, stride, pitch, outputs, allRows, columns, alpha);
}

function take(
  outputStride: usize, outputPitch: usize, outputCount: usize, pitchOfInput: usize, tapOffsets: usize, rowStarts: usize,
  tapIndices: usize, tapValues: usize, bias: usize, activation: i32, parameter: f32,
): void {
  stride = outputStride;
  pitch = outputPitch;
  outputs = outputCount;
  inputPitch = pitchOfInput;
  offsets = tapOffsets;
  starts = rowStarts;
  indices = tapIndices;
  values = tapValues;
  biases = bias;
  kind = activation;
  alpha = parameter;
}
