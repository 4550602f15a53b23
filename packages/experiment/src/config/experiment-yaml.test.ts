import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { experimentHash } from './experiment-hash.ts';
import { experimentYaml } from './experiment-yaml.ts';
import type { LoadedExperiment } from './parse-experiment.ts';
import { parseExperiment } from './parse-experiment.ts';
import { configFolder, VALID_CONFIG } from './testing/config-folder.ts';
import { validConfigs } from './testing/valid-configs.ts';

let file: string;
let registry: LoadedExperiment['registry'];
beforeAll(async () => {
  file = join(configFolder(), 'x.yaml');
  ({ registry } = await parseExperiment(VALID_CONFIG, { file }));
});

test('read again, it is the same experiment', async () => {
  await fc.assert(
    fc.asyncProperty(validConfigs, async (config) => {
      const { experiment } = await parseExperiment(JSON.stringify(config), { file, registry });
      const again = await parseExperiment(experimentYaml(experiment), { file, registry });
      expect(again.experiment).toEqual(experiment);
      expect(experimentHash(again.experiment)).toBe(experimentHash(experiment));
    }),
    { numRuns: 100 },
  );
});

test('the first line names the schema where one is given', async () => {
  const { experiment } = await parseExperiment(VALID_CONFIG, { file, registry });
  const text = experimentYaml(experiment, { schema: './espalier.schema.json' });
  expect(text).toMatch(/^# yaml-language-server: \$schema=\.\/espalier\.schema\.json\nname: quick\n/);
  expect((await parseExperiment(text, { file, registry })).experiment).toEqual(experiment);
});

test('a comment above it may say where its relative paths start', async () => {
  const folder = configFolder();
  const elsewhere = join(folder, 'runs', 'x', 'experiment.yaml');
  const base = (text: string) => parseExperiment(text, { file: elsewhere, registry }).then(({ baseFolder }) => baseFolder);
  expect(await base(`# of a run\n# base: "../.."\n${VALID_CONFIG}`)).toBe(folder);
  expect(await base(`# base: "/else where"\n${VALID_CONFIG}`)).toBe('/else where');
  // Anything else is a comment like any other.
  for (const text of [VALID_CONFIG, `# base: ../..\n${VALID_CONFIG}`, `# base: "..\n${VALID_CONFIG}`, `${VALID_CONFIG}# base: ".."\n`])
    expect(await base(text)).toBe(join(folder, 'runs', 'x'));
});
