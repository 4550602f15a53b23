import { corePlugin, type EvaluatedModel, Part, PartContainer, Registry, type ReportedSetting } from '@espalier/core';
import { expect, test } from 'vitest';
import plugin from './index.ts';

const parts = new PartContainer(new Registry([corePlugin, plugin]));

test('a weight is read once and multiplied where it is used', async () => {
  const evaluator = parts.make(new Part('evaluator', 'energy', { multiplyAdd: 2, read: 300 }));
  const parameters = [
    { name: 'conv/kernel', nonzero: 20_000, uses: 100 },
    { name: 'conv/bias', nonzero: 10_000, uses: 0 },
  ];
  const answer = await evaluator.evaluate({ parameters } as unknown as EvaluatedModel);
  // 20,000·(300 + 100·2) and 10,000·300 pJ.
  expect(answer).toEqual({ value: 13, details: { 'conv/kernel': 10, 'conv/bias': 3 } });
});

const section = parts.make(new Part('reportSection', 'energyByLayer'));
const setting = (label: string, energy?: Record<string, number>): ReportedSetting => ({
  label,
  strategy: label,
  sparsity: 0.9,
  runs: [{ seed: 1, folder: label, figures: {}, details: { dense: {}, pruned: energy === undefined ? {} : { energy }, shrunk: {} } }],
});

test('the section has a row for each parameter and a column for each setting', async () => {
  const [block] = await section.show({
    quality: 'accuracy',
    settings: [setting('a', { x: 1, y: 2 }), setting('b', { x: 3 }), setting('c')],
  });
  expect(block).toMatchObject({
    table: {
      columns: ['parameter', 'a', 'b'],
      rows: [
        ['x', 1, 3],
        ['y', 2, null],
      ],
    },
  });
});

test('without the evaluator in any of the configs there is nothing to show', async () => {
  expect(await section.show({ quality: 'accuracy', settings: [setting('a')] })).toEqual([]);
});
