import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Place, POINTS, pointsCsv } from '../testing/espalier.ts';

const files = { 'points.yaml': POINTS, 'points.csv': pointsCsv() };

test('says of each parameter whether it is taken and why, and trains nothing', async () => {
  const place = new Place(files);
  const { status, stdout } = await place.start([
    'plan',
    'points.yaml',
    '--set',
    'prune.threshold=layer',
    '--set',
    'prune.parameters=[{match: output, exclude: true}]',
  ]);
  expect(status).toBe(0);
  expect(stdout).toMatch(/dense\/kernel +Dense +2 × 16 +32 +50\.00 %/);
  expect(stdout).toMatch(/output\/kernel +excluded by parameters\[0\]/);
  expect(stdout).toMatch(/cuts +before the first step: 50\.00 %/);
  expect(existsSync(place.file('runs'))).toBe(false);
});

test('many cuts are a curve, the first and the last', async () => {
  const place = new Place(files);
  const { stdout } = await place.start(['plan', 'points.yaml', '--set', 'prune.strategy={magnitude: {rounds: 10}}']);
  expect(stdout).toMatch(
    /cuts +10 cuts [▁▂▃▄▅▆▇█]{10}\n +first before the first step: 6\.70 %.*\n +last after step \d+ \(epoch \d\): 50\.00 %/,
  );
});

test('--json is the plan as programs have it', async () => {
  const { stdout } = await new Place(files).start(['plan', 'points.yaml', '--json']);
  expect(JSON.parse(stdout)).toMatchObject({
    strategy: 'magnitude',
    dense: { parameters: 202 },
    cuts: [{ step: 0, sparsity: 0.5 }],
    training: { samples: 240, stepsPerEpoch: 15, denseSteps: 120, pruneSteps: 60, shrinkSteps: 0 },
  });
});
