import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, test } from 'vitest';
import { compileSparse, operations } from '../index.ts';
import { modelOf, outputsOf, sparsified } from '../testing/compare.ts';
import { layerOf, type OwnLayer } from '../testing/own-layer.ts';

const L = tf.layers;

beforeAll(async () => {
  await tf.setBackend('cpu');
});

/** Twice what it is given and one, with a rule that may or may not pass the mask on. */
function twiceAndOne(rule: OwnLayer['rule']): tf.layers.Layer {
  const own = layerOf({ call: ([x]) => tf.add(tf.mul(x, 2), 1), rule });
  own.supportsMasking = true;
  return own;
}

function reader(own: tf.layers.Layer, ...behind: readonly tf.layers.Layer[]): tf.LayersModel {
  return sparsified(modelOf([4, 3], L.masking({ maskValue: 0 }), own, ...behind, L.lstm({ units: 2, name: 'reader' })), 0);
}

const affine: OwnLayer['rule'] = ([x], build) => operations.affine(build, x, new Float32Array(3).fill(2), new Float32Array(3).fill(1));
const constants: OwnLayer['rule'] = ([x], build) => {
  const number = (constant: number) => ({ shape: [], constant: [constant] });
  return operations.binary(build, 'add', operations.binary(build, 'multiply', x, number(2)), number(1));
};

const PADDED = Float32Array.of(1, 2, 3, 0, 0, 0, 4, 5, 6, 0, 0, 0);

test.each<[string, OwnLayer['rule'], readonly tf.layers.Layer[]]>([
  ['right before it', affine, []],
  ['that broadcasts', constants, []],
  ['with a layer between', affine, [L.dense({ units: 3 })]],
])('what reads a mask that a rule has dropped is refused, not computed without it: a rule %s', async (_, rule, behind) => {
  await expect(compileSparse(reader(twiceAndOne(rule), ...behind))).rejects.toThrow(
    /reader \(LSTM\): is given a mask that went through a layer which does not keep it.*its rule.*withMask/,
  );
});

test.each<[string, OwnLayer['rule']]>([
  ['by withMask', ([x], build, call) => operations.withMask(affine([x, x, x], build, call), x.mask)],
  ['by an operation that keeps it', ([x], build) => operations.scale(build, x, 2, 1)],
])('a rule passes a mask on %s', async (_, rule) => {
  const model = reader(twiceAndOne(rule));
  const [wanted] = outputsOf(model, [PADDED], 1) as [Float32Array];
  const made = (await compileSparse(model)).predict(PADDED);
  for (const [i, value] of made.entries()) expect(value).toBeCloseTo(wanted[i] as number, 5);
  // What masks make of it is no rounding.
  const [unmasked] = outputsOf(model, [PADDED.map((x) => x || 1e-3)], 1) as [Float32Array];
  expect(Math.abs((unmasked[0] as number) - (wanted[0] as number))).toBeGreaterThan(1e-3);
});

test.each<[string, () => tf.layers.Layer]>([
  ['LeakyReLU', () => L.leakyReLU()],
  ['Rescaling', () => L.rescaling({ scale: 2 })],
  ['Conv1D', () => L.conv1d({ filters: 3, kernelSize: 1 })],
])('nor is it computed without the mask that tfjs hands over behind a layer that gives none: %s', async (_, layer) => {
  await expect(compileSparse(reader(layer()))).rejects.toThrow(/reader \(LSTM\): is given a mask that went through a layer/);
});

test.each([true, false])(
  'nor are states of a masked sequence read without its mask, but where the reader has one of its own: %s',
  async (isOwn) => {
    const [words, answers] = [tf.input({ shape: [4, 3] }), tf.input({ shape: [4, 3] })];
    const masked = (input: tf.SymbolicTensor) => L.masking({ maskValue: 0 }).apply(input);
    const [, ...states] = L.lstm({ units: 2, returnState: true }).apply(masked(words)) as tf.SymbolicTensor[];
    const own = (isOwn ? masked(answers) : answers) as tf.SymbolicTensor;
    const outputs = L.lstm({ units: 2, name: 'reader' }).apply([own, ...states]) as tf.SymbolicTensor;
    const model = sparsified(tf.model({ inputs: [words, answers], outputs }), 0);
    if (!isOwn) return void (await expect(compileSparse(model)).rejects.toThrow(/reader \(LSTM\): is given a mask that went through/));
    const inputs = [PADDED, PADDED.toReversed()];
    const [wanted] = outputsOf(model, inputs, 1) as [Float32Array];
    for (const [i, value] of (await compileSparse(model)).predict(inputs).entries()) expect(value).toBeCloseTo(wanted[i] as number, 5);
  },
);

test('what is behind a masked sequence, and asks for no mask, compiles', async () => {
  const last = [L.lstm({ units: 3 }), L.dense({ units: 4 }), L.activation({ activation: 'softmax' })];
  const model = sparsified(modelOf([4, 3], L.masking({ maskValue: 0 }), ...last), 0);
  const [wanted] = outputsOf(model, [PADDED], 1) as [Float32Array];
  for (const [i, value] of (await compileSparse(model)).predict(PADDED).entries()) expect(value).toBeCloseTo(wanted[i] as number, 5);
});

test.each([0.1, -1.1, 0.5])('what is masked is %f as float32 has it', async (maskValue) => {
  const model = modelOf([3, 2], L.masking({ maskValue }));
  const given = Float32Array.of(maskValue, maskValue, 1, maskValue, 2, 3);
  const made = (await compileSparse(model)).predict(given);
  expect([...made].map((value, i) => value === (i < 2 ? 0 : given[i]))).not.toContain(false);
  expect(outputsOf(model, [given], 1)[0]).toEqual(made);
});
