import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Place, POINTS, pointsCsv } from '../testing/espalier.ts';

test('counts a saved model and says what can be pruned; a run’s folder stands for its model', async () => {
  const place = new Place({ 'points.yaml': POINTS, 'points.csv': pointsCsv() });
  await place.start(['run', 'points.yaml', '--out', 'out']);
  const people = await place.start(['inspect', 'out']);
  expect(people.status).toBe(0);
  expect(people.stdout).toMatch(/dense\/kernel +Dense +2 × 16 +32/);
  expect(people.stdout).toMatch(/dense\/bias, dense_1\/bias.* a bias is one number per unit/);
  const { stdout } = await place.start(['inspect', 'out/model/model.json', '--json']);
  // Of 202, 26 are biases and half of the 176 others are zero.
  expect(JSON.parse(stdout)).toMatchObject({ size: 202, nonzero: 114, sparsity: 0.5, macs: 88, bytes: 808 });

  writeFileSync(place.file('out/model/model.json'), '{"format": "layers-model"}');
  const broken = await place.start(['inspect', 'out', '--json']);
  expect(broken.status).toBe(2);
  expect(JSON.parse(broken.stdout).error.message).toContain('model.json');
});
