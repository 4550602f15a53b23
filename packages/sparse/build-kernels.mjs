/**
 * Compiles assembly/ to WebAssembly three times, for what an engine may have, and writes the binaries into src/kernels/binaries.ts, which
 * is committed: the same sources give the same bytes, and a test holds it to that.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { deflateSync, inflateSync } from 'node:zlib';
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

/** WebAssembly by variant. */
export async function binaries() {
  const made = {};
  for (const [name, { lane, options }] of Object.entries(VARIANTS)) made[name] = await compile(lane, options);
  return made;
}

/** The source of src/kernels/binaries.ts: all variants one after the other, deflated together, since they differ in little. */
function sourceOf(made) {
  const lengths = Object.entries(made).map(([name, binary]) => `${name}: ${binary.length}`);
  const packed = deflateSync(Buffer.concat(Object.values(made)), { level: 9, memLevel: 9 }).toString('base64');
  return `// Made by build-kernels.mjs from assembly/.\nexport const LENGTHS = { ${lengths.join(', ')} } as const;\nexport const BINARIES = '${packed}';\n`;
}

/** What src/kernels/binaries.ts holds, not how this Node's zlib deflates it. */
function binariesOf(source) {
  const packed = /BINARIES = '([^']*)'/.exec(source)?.[1];
  return packed === undefined ? undefined : inflateSync(Buffer.from(packed, 'base64'));
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
  const made = await binaries();
  const there = existsSync(BINARIES) ? binariesOf(readFileSync(BINARIES, 'utf8')) : undefined;
  // What has not changed keeps its date, so that nothing is built again for it.
  if (!there?.equals(Buffer.concat(Object.values(made)))) writeFileSync(BINARIES, sourceOf(made));
}
