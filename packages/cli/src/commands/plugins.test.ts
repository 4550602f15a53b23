import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Place } from '../testing/espalier.ts';

test('lists every part, plugin by plugin', async () => {
  const { status, stdout } = await new Place().start(['plugins']);
  expect(status).toBe(0);
  expect(stdout).toMatch(/^@espalier\/strategy-magnitude$/m);
  expect(stdout).toMatch(/^strategy +magnitude /m);
});

test('a name shows its options; parts of different kinds may share one', async () => {
  const { stdout } = await new Place().start(['plugins', 'magnitude']);
  expect(stdout).toContain('strategy magnitude from @espalier/strategy-magnitude');
  expect(stdout).toContain('scorer magnitude from @espalier/strategy-magnitude');
  expect(stdout).toMatch(/^rounds +a whole number/m);
});

test('an unknown name ends with 2 and offers the nearest', async () => {
  const { status, stderr } = await new Place().start(['plugins', 'magnitud']);
  expect(status).toBe(2);
  expect(stderr).toContain('did you mean "magnitude"?');
});

test('further plugins are loaded by path, also from TypeScript', async () => {
  const plugin = `import { definePlugin, z } from '@espalier/core';
class Halves { lines() { return []; } }
export default definePlugin({ name: 'mine', thresholds: { halves: { use: Halves, options: z.object({ of: z.int().default(2) }) } } });`;
  const { status, stdout } = await new Place({ 'mine.ts': plugin }).start(['plugins', 'halves', '--plugin', './mine.ts', '--json']);
  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toEqual([
    expect.objectContaining({
      kind: 'threshold',
      name: 'halves',
      plugin: 'mine',
      options: [expect.objectContaining({ name: 'of', default: 2 })],
    }),
  ]);
});

test('the JSON Schema knows the parts, and is written where it is asked for', async () => {
  const place = new Place();
  const { status } = await place.start(['schema', 'schema.json']);
  expect(status).toBe(0);
  const schema = JSON.parse(readFileSync(place.file('schema.json'), 'utf8'));
  expect(JSON.stringify(schema.$defs.strategy)).toContain('magnitude');
  expect(JSON.parse((await place.start(['schema'])).stdout)).toEqual(schema);
});
