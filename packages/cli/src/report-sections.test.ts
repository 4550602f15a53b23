import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { reportSections } from './report-sections.ts';
import { Place } from './testing/espalier.ts';

const PLUGIN = `
import { definePlugin, inject, injectable, OPTIONS, z } from '@espalier/core';
@injectable()
class Costs {
  constructor(@inject(OPTIONS) private readonly options) {}
  get title() { return 'Costs of the top ' + this.options.top; }
  show() { return []; }
}
export default definePlugin({
  name: 'costs',
  reportSections: { costs: { use: Costs, options: z.object({ top: z.int().default(3) }) } },
});
`;

function plugin(): string {
  const place = new Place();
  writeFileSync(place.file('plugin.ts'), PLUGIN);
  return place.file('plugin.ts');
}

test('a section is named as a part in a config is', async () => {
  const file = plugin();
  expect((await reportSections(['costs', 'costs: { top: 5 }'], [file])).map(({ title }) => title)).toEqual([
    'Costs of the top 3',
    'Costs of the top 5',
  ]);
  expect(await reportSections([], ['./not-there.ts'])).toEqual([]);
});

test('what is wrong with a name or its options is said as everywhere', async () => {
  const file = plugin();
  const refused = (name: string, plugins = [file]) => expect(reportSections([name], plugins)).rejects;
  await refused('cost').toThrow('--section unknown reportSection "cost"; did you mean "costs"?');
  await refused('costs: { tip: 5 }').toThrow('--section costs: tip: unknown key "tip"; did you mean "top"?');
  await refused('[costs]').toThrow('--section [costs]: expected a name, or "name: {options}"');
  await refused('costs', []).toThrow('load a plugin that brings one with --plugin');
});
