import { Weights } from '../weights.ts';
import { workOf } from './frame.ts';
import { pruneArrays } from './prune-arrays.ts';

/** Cuts once, after a copy of all weights where one is asked for, and prints what share is zero. */
const { size, sparsity, copies } = workOf<{ size: number; sparsity: number; copies: boolean }>();
const { tensors } = new Weights(size);
const copied = copies ? tensors.map((tensor) => tensor.slice()) : [];
await pruneArrays(tensors, sparsity);
let zeros = 0;
for (const tensor of tensors) for (let i = 0; i < tensor.length; i++) if (tensor[i] === 0) zeros += 1;
process.stdout.write(JSON.stringify({ zeros, copies: copied.length }));
