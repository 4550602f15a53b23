import { expect, test } from 'vitest';
import { Place, POINTS } from '../testing/espalier.ts';

test('all files are checked and all mistakes shown', async () => {
  const place = new Place({
    'good.yaml': POINTS,
    'bad.yaml': POINTS.replace('strategy: magnitude', 'strategy: magnitud').replace('seed: 3', 'seed: -3'),
    'torn.yaml': 'name: [',
  });
  const { status, stdout, stderr } = await place.start(['validate', 'good.yaml', 'bad.yaml', 'nowhere.yaml', 'torn.yaml']);
  expect(status).toBe(2);
  expect(stdout).toBe('✓ good.yaml\n');
  expect(stderr).toContain('bad.yaml:2:7');
  expect(stderr).toContain('bad.yaml:7:13');
  expect(stderr).toContain('did you mean "magnitude"?');
  expect(stderr).toContain('nowhere.yaml: there is no such file');
  expect(stderr).toContain('torn.yaml:1:');
});

test('configs without mistakes end with 0; data need not be there', async () => {
  const { status } = await new Place({ 'good.yaml': POINTS }).start(['validate', 'good.yaml']);
  expect(status).toBe(0);
});
