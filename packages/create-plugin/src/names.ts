import validate from 'validate-npm-package-name';
import { BUILT_IN, type Kind } from './kinds.ts';
import { WrongRequest } from './wrong-request.ts';

/** What a plugin and the things in it are called. */
export interface PluginNames {
  /** As npm knows it: `@acme/espalier-plugin-rare-weights`. */
  readonly package: string;
  /** As configs know its part: `rareWeights`. */
  readonly part: string;
  /** What its class starts with: `RareWeights`. */
  readonly type: string;
  /** `espalier-plugin-rare-weights` */
  readonly folder: string;
}

/** Whatever its package installs cannot also be its own name. */
const INSTALLED = ['espalier', 'create-espalier-plugin', 'typescript', 'vitest'];

/**
 * The names that follow from that of the package.
 *
 * @throws WrongRequest for a name that npm, or the code made from it, cannot have.
 */
export function namesOf(name: string, kind?: Kind): PluginNames {
  const { validForNewPackages, errors = [], warnings = [] } = validate(name);
  if (!validForNewPackages) {
    const suggested = nearestName(name);
    const hint = suggested === undefined ? 'letters, digits and hyphens make a good one' : `"${suggested}" would do`;
    throw new WrongRequest(`"${name}" is no name for a package: ${[...errors, ...warnings].join(', ')}; ${hint}`);
  }
  if (INSTALLED.includes(name) || name.startsWith('@espalier/')) {
    throw new WrongRequest(`"${name}" is taken by what a plugin is made with; "espalier-plugin-${lastPart(name)}" would do`);
  }
  const words = wordsOf(name);
  const [first = ''] = words;
  if (!/^[a-z]/.test(first)) {
    throw new WrongRequest(`"${name}" gives the part in it no name that code can have: it starts with a letter, as in "my-${first}"`);
  }
  const type = words.map((word) => word[0]?.toUpperCase() + word.slice(1)).join('');
  const part = first + type.slice(first.length);
  if (kind !== undefined && BUILT_IN[kind].some((taken) => taken.replaceAll('-', '') === part.toLowerCase())) {
    throw new WrongRequest(`there is a ${kind} "${part}" already, in Espalier itself; "my-${part}" would do`);
  }
  return { package: name, part, type, folder: lastPart(name) };
}

/** What tells it from other plugins; of `@acme/espalier-plugin` that is who made it. */
function wordsOf(name: string): string[] {
  const own = lastPart(name).replace(/^espalier-plugin(-|$)/, '');
  const said = own === '' ? name.slice(1).split('/')[0] : own;
  return (said ?? '').split(/[^a-z0-9]+/).filter((word) => word !== '');
}

function lastPart(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1);
}

/** The same in small letters with hyphens, if npm takes that. */
function nearestName(name: string): string | undefined {
  const [, scope = '', own = ''] = /^(?:(@[^/]+)\/)?(.*)$/s.exec(name.trim()) ?? [];
  const kebab = (text: string) =>
    text
      .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '');
  const suggested = scope === '' ? kebab(own) : `@${kebab(scope)}/${kebab(own)}`;
  return validate(suggested).validForNewPackages ? suggested : undefined;
}
