import { readdirSync } from 'node:fs';
import { BUILT_IN } from 'create-espalier-plugin';
import { expect, test } from 'vitest';
import { describeParts, loadPlugins, Registry } from '../index.ts';
import { Place } from '../testing/espalier.ts';

test('the names that a new part cannot have are those of the built-in ones', async () => {
  const { plugins } = await loadPlugins([], { from: '/' });
  const parts = describeParts(new Registry(plugins.map(({ plugin }) => plugin)));
  for (const [kind, names] of Object.entries(BUILT_IN)) {
    const there = parts.filter((part) => part.kind === kind).map(({ name }) => name);
    expect(there.sort()).toEqual([...names].sort());
  }
});

test('the configs of every kind are right, and load the plugin from its source', async () => {
  const place = new Place();
  for (const kind of Object.keys(BUILT_IN)) {
    const { status, stdout } = await place.start(['create-plugin', `my-${kind}`, '--kind', kind, '--json']);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ name: `my-${kind}`, kind, folder: expect.stringContaining(`my-${kind}`) });
  }
  const configs = Object.keys(BUILT_IN).flatMap((kind) => [`my-${kind}/configs/experiment.yaml`, `my-${kind}/configs/sweep.yaml`]);
  const { status, stderr } = await place.start(['validate', ...configs]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});

test('what cannot be made ends with 2, and is told to programs, too', async () => {
  const place = new Place();
  const { status, stdout } = await place.start(['create-plugin', 'magnitude', '--kind', 'scorer', '--json']);
  expect(status).toBe(2);
  expect(JSON.parse(stdout).error.message).toContain('there is a scorer "magnitude" already');
  expect(readdirSync(place.folder)).toEqual([]);
});
