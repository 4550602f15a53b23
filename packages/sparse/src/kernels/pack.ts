import { roundUp } from './layout.ts';

const CONV_BLOCK = 4;
const DENSE_BLOCK = 16;

/**
 * Weights (outputs × taps, row by row) as `conv` reads them: four outputs together, tap after tap; zeros where there is no fourth.
 */
export function packConv(weights: Float32Array, outputs: number, taps: number): Float32Array {
  return pack(outputs, taps, CONV_BLOCK, (output, tap) => weights[output * taps + tap] as number);
}

/** A kernel (inputs × outputs, as a Dense layer has it) as `dense` reads it: sixteen outputs together, input after input. */
export function packDense(kernel: Float32Array, inputs: number, outputs: number): Float32Array {
  return pack(outputs, inputs, DENSE_BLOCK, (output, input) => kernel[input * outputs + output] as number);
}

function pack(outputs: number, inputs: number, block: number, weight: (output: number, input: number) => number): Float32Array {
  const packed = new Float32Array(roundUp(outputs, block) * inputs);
  for (let output = 0; output < outputs; output++) {
    const start = Math.floor(output / block) * block * inputs + (output % block);
    for (let input = 0; input < inputs; input++) packed[start + input * block] = weight(output, input);
  }
  return packed;
}
