/** What a scorer cannot do, it says by name before anything is trained. */
import type { NetName } from '@espalier/testkit';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, test } from 'vitest';
import { bed } from './testing/bed.ts';

beforeAll(() => tf.setBackend('cpu'));

const synflow = { 'at-init': { scorer: 'synflow' } };
const wanda = { gradient: { scorer: 'wanda' } };

test.each<[string, unknown, NetName, string]>([
  [
    'synflow',
    synflow,
    'a recurrent layer',
    'cannot score lstm/kernel (LSTM): ones flow through the whole net, in which "lstm" (LSTM) is not linear',
  ],
  ['synflow', synflow, 'an embedding', 'in which "words" (Embedding) is not linear'],
  ['wanda', wanda, 'a recurrent layer', 'cannot score lstm/kernel (LSTM): a recurrent layer’s weights take inputs of every step'],
  ['wanda', wanda, 'an embedding', 'cannot score words/embeddings (Embedding): an embedding is looked up'],
  ['wanda', wanda, 'a separable convolution', 'cannot score apart/pointwise_kernel (SeparableConv2D): what comes in between'],
])('%s, %o, on the net "%s"', async (_, strategy, net, message) => {
  await expect(bed.rehearse({ net, strategy })).rejects.toThrow(message);
});
