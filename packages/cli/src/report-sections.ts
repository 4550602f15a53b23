import { BASE_FOLDER, LOG, nearest, PartContainer, parsePart, type ReportSection } from '@espalier/core';
import { parse } from 'yaml';
import { WrongUse } from './command.ts';
import { registryWith } from './registry.ts';

/** The report sections that the command line names, made. @throws WrongUse for names or options that are wrong. */
export async function reportSections(names: readonly string[], plugins: readonly string[]): Promise<ReportSection[]> {
  if (names.length === 0) return [];
  const registry = await registryWith({ plugins });
  const container = new PartContainer(registry).bind(BASE_FOLDER, process.cwd()).bind(LOG, () => {});
  return names.map((text) => {
    const part = parsePart('reportSection', yamlOf(text));
    if (part === undefined) throw new WrongUse(`--section ${text}: expected a name, or "name: {options}"`);
    const { part: complete, problems } = registry.complete(part);
    if (problems.length === 0) return container.make(complete);
    const [{ path, message, names: known = [], unknown = '' }] = problems as [(typeof problems)[number]];
    const near = nearest(unknown, known);
    const there = known.length === 0 ? 'load a plugin that brings one with --plugin' : `there are ${known.join(', ')}`;
    throw new WrongUse(`--section ${[...path, message].join(': ')}; ${near === undefined ? there : `did you mean "${near}"?`}`);
  });
}

function yamlOf(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}
