/**
 * Compiles assembly/ to WebAssembly: index.ts, the kernels, three times, for what an engine may have, into src/kernels/binaries.ts, and
 * packer.ts once, into src/compile/packer-binary.ts. Both are committed with a print of the sources: they are made again when these have
 * changed, and a test holds them to it.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import zopfli from '@gfx/zopfli';
import asc from 'assemblyscript/asc';

const ASSEMBLY = new URL('assembly/', import.meta.url);
const BINARIES = new URL('src/kernels/binaries.ts', import.meta.url);
const PACKER = new URL('src/compile/packer-binary.ts', import.meta.url);

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
  for (const { lane, options } of Object.values(VARIANTS)) binaries.push(await compile('index.ts', lane, options));
  const lengths = Object.keys(VARIANTS).map((name, i) => `${name}: ${binaries[i].length}`);
  const packed = Buffer.from(await zopfli.zlibAsync(Buffer.concat(binaries), { numiterations: 100 })).toString('base64');
  return [
    '// Made by build-kernels.mjs from assembly/.',
    `// Sources: ${sourcesPrint()}`,
    `export const LENGTHS = { ${lengths.join(', ')} } as const;`,
    `export const BINARIES = '${packed}';\n`,
  ].join('\n');
}

/** Not deflated: it is needed at once, and unpacking waits. */
async function makePacker() {
  const binary = await compile('packer.ts', 'v128', ['--enable', 'simd']);
  return [
    '// Made by build-kernels.mjs from assembly/packer.ts.',
    `// Sources: ${sourcesPrint()}`,
    `export const PACKER =\n  '${Buffer.from(binary).toString('base64')}';\n`,
  ].join('\n');
}

async function compile(entry, lane, options) {
  let binary;
  const { error, stderr } = await asc.main([entry, '--outFile', 'kernels.wasm', ...COMMON, ...options], {
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
  const isMade = (file) => existsSync(file) && readFileSync(file, 'utf8').includes(sourcesPrint());
  if (!isMade(BINARIES)) writeFileSync(BINARIES, await makeBinaries());
  if (!isMade(PACKER)) writeFileSync(PACKER, await makePacker());
}
