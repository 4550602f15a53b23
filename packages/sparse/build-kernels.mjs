/**
 * Compiles assembly/ to WebAssembly three times, for what an engine may have, and writes the binaries into src/kernels/binaries.ts, which
 * is committed with a print of the sources: it is made again when they have changed, and a test holds it to them.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { deflateSync } from 'node:zlib';
import asc from 'assemblyscript/asc';

const ASSEMBLY = new URL('assembly/', import.meta.url);
const BINARIES = new URL('src/kernels/binaries.ts', import.meta.url);

/** What each variant is compiled with. Without SIMD it stays within the first WebAssembly of all engines. */
const VARIANTS = {
  relaxed: { lane: 'v128', options: ['--enable', 'simd', '--enable', 'relaxed-simd'] },
  simd: { lane: 'v128', options: ['--enable', 'simd'] },
  plain: { lane: 'f32', options: ['--disable', 'bulk-memory', '--disable', 'sign-extension', '--disable', 'nontrapping-f2i'] },
};

const COMMON = ['-O3s', '--converge', '--noAssert', '--runtime', 'stub', '--importMemory', '--initialMemory', '1'];

/** What the binaries depend on: the sources, this file, the compiler. */
export function sourcesPrint() {
  const hash = createHash('sha256')
    .update(readFileSync(new URL(import.meta.url)))
    .update(asc.version);
  for (const name of readdirSync(ASSEMBLY).sort()) hash.update(name).update(readFileSync(new URL(name, ASSEMBLY)));
  return hash.digest('hex');
}

/** The source of src/kernels/binaries.ts: all variants one after the other, deflated together, since they differ in little. */
async function makeBinaries() {
  const binaries = [];
  for (const { lane, options } of Object.values(VARIANTS)) binaries.push(await compile(lane, options));
  const lengths = Object.keys(VARIANTS).map((name, i) => `${name}: ${binaries[i].length}`);
  const packed = deflateSync(Buffer.concat(binaries), { level: 9, memLevel: 9 }).toString('base64');
  return [
    '// Made by build-kernels.mjs from assembly/.',
    `// Sources: ${sourcesPrint()}`,
    `export const LENGTHS = { ${lengths.join(', ')} } as const;`,
    `export const BINARIES = '${packed}';\n`,
  ].join('\n');
}

async function compile(lane, options) {
  let binary;
  const { error, stderr } = await asc.main(['index.ts', '--outFile', 'kernels.wasm', ...COMMON, ...options], {
    readFile: (name) => source(name, lane),
    writeFile: (name, contents) => {
      if (name === 'kernels.wasm') binary = contents;
    },
    listFiles: () => [],
  });
  if (error) throw new Error(`AssemblyScript: ${error.message}\n${stderr.toString()}`);
  return binary;
}

function source(name, lane) {
  if (name === 'variant.ts') return `export type Lane = ${lane};`;
  try {
    return readFileSync(new URL(name, ASSEMBLY), 'utf8');
  } catch {
    return null;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const isMade = existsSync(BINARIES) && readFileSync(BINARIES, 'utf8').includes(sourcesPrint());
  if (!isMade) writeFileSync(BINARIES, await makeBinaries());
}
