import { corePlugin, type Plugin } from '@espalier/core';

/** The plugins that are there without asking: each package is loaded when the first config is. */
const PACKAGES: Readonly<Record<string, () => Promise<{ default: Plugin }>>> = {
  '@espalier/strategy-magnitude': () => import('@espalier/strategy-magnitude'),
};

export function isBuiltIn(name: string): boolean {
  return name === corePlugin.name || Object.hasOwn(PACKAGES, name);
}

export async function builtInPlugins(): Promise<Plugin[]> {
  const modules = await Promise.all(Object.values(PACKAGES).map((load) => load()));
  return [corePlugin, ...modules.map((module) => module.default)];
}
