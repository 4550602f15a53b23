import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

const IMPORTED = /(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire\s*\(\s*)(['"])(\.{1,2}\/[^'"\n]+)\1/g;
const ENDINGS = ['', '.ts', '.mts', '.cts', '.js', '.mjs', '.cjs', '.json', '/index.ts', '/index.js'];

/**
 * Of the source of a module and of those that it imports by relative paths, wherever they lie: code that was changed is
 * another code. Packages that it imports are not looked into.
 */
export function sourceFingerprint(file: string): string {
  const sources = new Map<string, string>();
  collect(file, sources);
  const hash = createHash('sha256');
  for (const [, source] of sources) hash.update(`${source.length}\n${source}`);
  return hash.digest('hex');
}

/** A module and those that it imports by relative paths, also where there is none yet. */
export function sourceFiles(file: string): string[] {
  const sources = new Map<string, string>();
  const missing = new Set<string>();
  collect(file, sources, missing);
  return [...sources.keys(), ...missing];
}

/** In the order of the imports, so that the same sources in another folder have the same fingerprint. */
function collect(file: string, sources: Map<string, string>, missing = new Set<string>()): void {
  if (sources.has(file)) return;
  const source = readFileSync(file, 'utf8');
  sources.set(file, source);
  for (const [, , specifier] of source.matchAll(IMPORTED)) {
    const path = resolve(dirname(file), specifier as string);
    const imported = fileOf(path);
    if (imported === undefined) missing.add(path);
    else collect(imported, sources, missing);
  }
}

function fileOf(path: string): string | undefined {
  // TypeScript may import "./x.js" and mean x.ts.
  const candidates = [...ENDINGS.map((ending) => path + ending), path.replace(/\.([cm]?)js$/, '.$1ts')];
  return candidates.find((candidate) => existsSync(candidate) && statSync(candidate).isFile());
}
