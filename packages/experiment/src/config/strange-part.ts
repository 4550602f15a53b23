import { PLUGIN_FIELDS, type Plugin, strangeToken } from '@espalier/core';

/** The first part of a plugin that injects a token of another copy of core. */
export function strangePart(plugin: Plugin): string | undefined {
  for (const field of Object.values(PLUGIN_FIELDS)) {
    for (const [name, { use }] of Object.entries(plugin[field] ?? {})) {
      if (strangeToken(use) !== undefined) return `${field}.${name}`;
    }
  }
  return undefined;
}
