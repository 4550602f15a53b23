import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { loadSweep } from '../sweep/parse-sweep.ts';
import { loadExperiment } from './parse-experiment.ts';

const folder = fileURLToPath(new URL('../../../../configs', import.meta.url));
const sweeps = readdirSync(join(folder, 'sweeps'));
const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));

test.each(files)('configs/%s is right, and warns of nothing', async (name) => {
  const { experiment, warnings } = await loadExperiment(join(folder, name));
  expect(warnings).toEqual([]);
  expect(experiment.name).toBe(name.replace('.yaml', ''));
});

test.each(sweeps)('configs/sweeps/%s is right, and warns of nothing', async (name) => {
  const sweep = await loadSweep(join(folder, 'sweeps', name));
  expect(sweep.warnings).toEqual([]);
  expect(sweep.duplicates).toEqual([]);
  expect(sweep.name).toBe(name.replace('.yaml', ''));
});
