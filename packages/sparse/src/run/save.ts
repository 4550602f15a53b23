/** Where a sparse model is saved to: a path in Node, or whatever takes the bytes. */
export type SaveTarget = string | URL | { save(bytes: Uint8Array<ArrayBuffer>): void | Promise<void> };

export async function save(bytes: Uint8Array<ArrayBuffer>, target: SaveTarget): Promise<void> {
  if (typeof target === 'object' && 'save' in target) await target.save(bytes);
  else await (await nodeFiles()).writeFile(placeOf(target), bytes);
}

/** What the file system of Node takes: a `file:` address as one. */
export function placeOf(place: string | URL): string | URL {
  return typeof place === 'string' && place.startsWith('file:') ? new URL(place) : place;
}

/** Not by a plain import, which a bundler would look for. */
export async function nodeFiles(): Promise<NodeFiles> {
  const name = 'node:fs/promises';
  return import(/* @vite-ignore */ /* webpackIgnore: true */ name);
}

interface NodeFiles {
  stat(path: string | URL): Promise<{ readonly size: number; isFile(): boolean }>;
  readFile(path: string | URL): Promise<Uint8Array>;
  writeFile(path: string | URL, bytes: Uint8Array): Promise<void>;
}
