import {
  Budget,
  corePlugin,
  LiveRun,
  Part,
  PartContainer,
  type PartKind,
  type PartTypes,
  type PrunableParameter,
  Random,
  Registry,
  type RunEvent,
  type Samples,
  type Scorer,
  selectParameters,
  unitsOf,
} from '@espalier/core';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, test } from 'vitest';
import { useBackend } from '../backend.ts';
import trainers from './index.ts';

beforeAll(async () => {
  const backend = await useBackend('tensorflow');
  expect(backend.name).toBe('tensorflow');
});

function make<K extends PartKind>(kind: K, name: string, options: Record<string, unknown> = {}): PartTypes[K] {
  return new PartContainer(new Registry([corePlugin, trainers])).make(new Part(kind, name, options));
}

const size: Scorer = { score: (parameters) => parameters.map(({ variable }) => tf.abs<tf.Tensor>(variable)) };

test('units that are cut stay silent through native training: their biases and norms go along', async () => {
  const random = Random.of(2);
  const values = (length: number) => Float32Array.from({ length }, () => random.next() * 2 - 1);
  const samples: Samples = {
    size: 32,
    inputs: [{ shape: [6, 6, 2], data: values(32 * 72) }],
    targets: [{ shape: [3], data: values(32 * 3) }],
  };
  const input = tf.input({ shape: [6, 6, 2] });
  const conv = tf.layers.conv2d({ name: 'conv', filters: 6, kernelSize: 3 }).apply(input);
  const normed = tf.layers.batchNormalization({ name: 'norm' }).apply(conv) as tf.SymbolicTensor;
  const hidden = tf.layers.dense({ name: 'hidden', units: 8, activation: 'relu' }).apply(tf.layers.flatten().apply(normed));
  const output = tf.layers.dense({ name: 'output', units: 3 }).apply(hidden) as tf.SymbolicTensor;
  const model = tf.model({ inputs: input, outputs: output });
  const granularity = make('granularity', 'unit');
  const logs: string[] = [];
  const run = await LiveRun.open({
    model,
    parameters: selectParameters(model, [], granularity).taken,
    granularity,
    sparsity: 0.5,
    threshold: make('threshold', 'layer'),
    train: samples,
    task: 'regression',
    loss: make('loss', 'meanSquaredError'),
    optimizer: make('optimizer', 'adam', { learningRate: 0.01, weightDecay: 0.1 }),
    trainer: make('trainer', 'native'),
    batchSize: 8,
    budget: new Budget(12, 4),
    seed: 1,
    onEvent: (event: RunEvent) => {
      if (event.type === 'log') logs.push(event.message);
    },
  });
  await run.train(run.budget.share(0.5));
  await run.cut(size);
  await run.train(run.budget.share(0.5));
  await run.finish();
  expect(logs).toEqual([]);

  for (const [name, outputs] of [
    ['conv/kernel', normed],
    ['hidden/kernel', hidden as tf.SymbolicTensor],
  ] as const) {
    const parameter = run.parameters.find((each) => each.name === name) as PrunableParameter;
    const { units, of } = unitsOf(parameter);
    const mask = run.masks.get(parameter);
    const given = tf.model({ inputs: input, outputs }).predict(tf.randomNormal([5, 6, 6, 2])) as tf.Tensor;
    const byUnit = (await given.reshape([-1, units]).transpose().array()) as number[][];
    const silent = byUnit.filter((_, unit) => !of.some((each, i) => each === unit && mask.keeps(i)));
    expect(silent).toHaveLength(units / 2);
    for (const values of silent) expect(new Set(values)).toEqual(new Set([0]));
  }
  run.dispose();
});
