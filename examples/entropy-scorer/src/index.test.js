import { TestBed, testScorer } from '@espalier/testkit';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, test } from 'vitest';
import plugin from './index.ts';
testScorer(plugin, 'entropy');
testScorer(plugin, { entropy: { bins: 2 } });
beforeAll(() => tf.setBackend('cpu'));
test('a weight scores the bits that its size tells', async () => {
    const model = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [8], useBias: false })] });
    // Of sixteen weights eight are small, four middling, two large and one largest; in four bins of 1: 1, 2, 3 and 4 bits.
    const sizes = [1, -1, 1, 1, -1, 1, 1, 1, 3, 3, -3, 3, 5, 5, 8, 0];
    model.setWeights([tf.tensor2d(sizes, [8, 2])]);
    const [scores = []] = await new TestBed(plugin).on({ model }).scores({ entropy: { bins: 8 } });
    expect(scores.map((score) => Math.round(score * 1000) / 1000)).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 4, 4]);
});
