import * as core from '@espalier/core';

const OURS: ReadonlySet<unknown> = new Set(Object.values(core).filter((value) => typeof value === 'symbol'));

/** The first part of a plugin that injects a token of another copy of core: nothing would ever be given to it. */
export function strangeToken(plugin: core.Plugin): string | undefined {
  for (const field of Object.values(core.PLUGIN_FIELDS)) {
    for (const [name, { use }] of Object.entries(plugin[field] ?? {})) {
      if (injectedBy(use).some((token) => typeof token === 'symbol' && token.description?.startsWith('espalier.') && !OURS.has(token))) {
        return `${field}.${name}`;
      }
    }
  }
  return undefined;
}

/** What tsyringe's @inject has written down on a class. reflect-metadata is one for the whole process. */
function injectedBy(use: unknown): unknown[] {
  const { getMetadata } = Reflect as { getMetadata?: (key: string, target: unknown) => Record<string, unknown> | undefined };
  const descriptors = Object.values(getMetadata?.('injectionTokens', use) ?? {});
  return descriptors.map((each) => (typeof each === 'object' && each !== null && 'token' in each ? each.token : each));
}
