/**
 * Compiles assembly/ to WebAssembly and writes the binary into src/passes/binary.ts, which is committed: the same source gives the same
 * bytes, and a test holds it to that.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import asc from 'assemblyscript/asc';

const SOURCE = new URL('assembly/passes.ts', import.meta.url);
const BINARY = new URL('src/passes/binary.ts', import.meta.url);

const OPTIONS = '-O3 --converge --noAssert --runtime stub --importMemory --initialMemory 1 --memoryBase 64 --enable simd'.split(' ');

/** The source of src/passes/binary.ts. */
export async function binarySource() {
  let binary;
  const { error, stderr } = await asc.main(['passes.ts', '--outFile', 'passes.wasm', ...OPTIONS], {
    readFile: (name) => (name === 'passes.ts' ? readFileSync(SOURCE, 'utf8') : null),
    writeFile: (name, contents) => {
      if (name === 'passes.wasm') binary = contents;
    },
    listFiles: () => [],
  });
  if (error) throw new Error(`AssemblyScript: ${error.message}\n${stderr.toString()}`);
  return `// Made by build-passes.mjs from assembly/.\nexport const BINARY =\n  '${Buffer.from(binary).toString('base64')}';\n`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const made = await binarySource();
  // What has not changed keeps its date, so that nothing is built again for it.
  if (!existsSync(BINARY) || readFileSync(BINARY, 'utf8') !== made) writeFileSync(BINARY, made);
}
