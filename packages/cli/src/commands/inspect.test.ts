import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Place, POINTS, pointsCsv } from '../testing/espalier.ts';

test('counts a saved model and says what can be pruned; a run’s folder stands for its model', async () => {
  const place = new Place({ 'points.yaml': POINTS, 'points.csv': pointsCsv() });
  await place.start(['run', 'points.yaml', '--out', 'out']);
  const people = await place.start(['inspect', 'out']);
  expect(people.status).toBe(0);
  expect(people.stdout).toMatch(/dense\/kernel +Dense +2 × 16 +32/);
  expect(people.stdout).toMatch(/dense\/bias, dense_1\/bias.* a bias is one number per unit/);
  expect(people.stdout).toMatch(/^dense_1 +Dense +8 +136 +\d+$/m);
  expect(people.stdout).toMatch(/^output +2 +0 +"output" \(Dense\): mixes its channels/m);
  const { stdout } = await place.start(['inspect', 'out/model/model.json', '--svg', 'net.svg', '--json']);
  // Of 202, 26 are biases and half of the 176 others are zero.
  expect(JSON.parse(stdout)).toMatchObject({ size: 202, nonzero: 114, sparsity: 0.5, macs: 88, bytes: 808 });
  expect(JSON.parse(stdout).groups).toMatchObject([
    { name: 'dense', units: 16, removable: 16 },
    { name: 'dense_1', units: 8, removable: 8 },
    { name: 'output', units: 2, removable: 0 },
  ]);
  expect(readFileSync(place.file('net.svg'), 'utf8')).toMatch(/^<svg .*<\/svg>\n$/s);
  const unwritable = await place.start(['inspect', 'out', '--svg', 'nowhere/net.svg']);
  expect(unwritable.status).toBe(2);
  expect(unwritable.stderr).toContain('--svg nowhere/net.svg: cannot be written');

  writeFileSync(place.file('out/model/model.json'), '{"format": "layers-model"}');
  const broken = await place.start(['inspect', 'out', '--json']);
  expect(broken.status).toBe(2);
  expect(JSON.parse(broken.stdout).error.message).toContain('model.json');
});
