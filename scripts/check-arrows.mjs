/**
 * The arrows between packages point one way, as the design draws them; core runs in a browser; only backend-node knows
 * tfjs-node; a package has one door. (That dependencies are declared and used is knip's to check.)
 */
import { readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** What each package may import of the others. */
const ARROWS = {
  core: [],
  'strategy-*': ['core'],
  surgery: ['core'],
  sparse: ['core', 'surgery'],
  'user-modules': ['core'],
  datasets: ['core', 'user-modules'],
  models: ['core', 'user-modules'],
  pack: ['core'],
  report: ['core'],
  testkit: ['core'],
  'create-plugin': [],
  interop: ['core', 'models'],
  'backend-node': ['core'],
  experiment: ['core', 'strategy-*', 'report', 'surgery', 'sparse', 'datasets', 'models', 'user-modules', 'pack', 'backend-node'],
  queue: ['core', 'experiment'],
  cli: ['core', 'experiment', 'report', 'surgery', 'sparse', 'models', 'interop', 'backend-node', 'queue', 'create-plugin'],
};

/** The packages of other names than their folders. */
const UNSCOPED = { 'create-espalier-plugin': '@espalier/create-plugin' };

/** Doors besides the package itself: what runs without tfjs takes its errors from one, and is reached by the other. */
const DOORS = ['@espalier/core/errors', '@espalier/sparse/runtime'];

/** What tests of several packages share: what makes models, and what starts a browser. */
const SHARED = ['packages/surgery/src/testing/', 'benchmarks/src/chromium.ts'];

/** Tests may also reach for what they try things out with. */
const TESTS_MAY = ['core', 'backend-node', 'testkit', 'datasets', 'models', 'strategy-*', 'experiment'];

const IMPORT = /(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire(?:\.resolve)?\(\s*)(['"])([^'"\n]+)\1/g;

const problems = [];
for (const name of folders('packages')) checkPackage(name);
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exitCode = 1;
else console.log(`The arrows of ${folders('packages').length} packages point the right way.`);

function checkPackage(name) {
  const may = ARROWS[Object.keys(ARROWS).find((pattern) => isIn(name, [pattern]))];
  if (may === undefined) return problems.push(`packages/${name}: say in scripts/check-arrows.mjs what it may import`);
  const imported = new Set();
  for (const file of sources(`packages/${name}/src`)) {
    const isTest = /\.test\.ts$|\/(testing|fixtures)\//.test(file);
    for (const wanted of importsOf(file)) {
      const complain = (why) => problems.push(`${file}: imports ${wanted}: ${why}`);
      const [, other, deeper] = /^@espalier\/([^/]+)(\/.+)?$/.exec(UNSCOPED[wanted] ?? wanted) ?? [];
      if (deeper !== undefined && !DOORS.includes(wanted)) complain('packages have one door; import the package itself');
      if (other !== undefined && !isTest) imported.add(other);
      const isAllowed = other === undefined || isIn(other, may) || (isTest && isIn(other, TESTS_MAY));
      if (!isAllowed) complain(`${name} may import ${may.join(', ') || 'no other package'}`);
      if (wanted.startsWith('@tensorflow/tfjs-node') && name !== 'backend-node') complain('only backend-node knows it');
      if (name === 'core' && !isTest && isBuiltin(wanted)) complain('core runs in a browser');
      if (name === 'core' && wanted.startsWith('@tensorflow/tfjs-backend')) complain('core knows no backend');
      if (
        wanted.startsWith('.') &&
        !isInside(file, wanted, `packages/${name}`) &&
        !(isTest && SHARED.some((place) => isInside(file, wanted, place)))
      )
        complain('it leaves the package');
    }
  }
  checkReferences(name, imported);
}

/** `tsc -b` builds in the order of the references: one for every package that is imported, and no other. */
function checkReferences(name, imported) {
  const { references = [] } = JSON.parse(read(`packages/${name}/tsconfig.json`));
  const referenced = references.map((reference) => path.basename(reference.path));
  const complain = (other, what) => problems.push(`packages/${name}/tsconfig.json: ${what} ${other}`);
  for (const other of imported) if (!referenced.includes(other)) complain(other, 'has no reference to');
  for (const other of referenced) if (!imported.has(other)) complain(other, 'has a reference that no import needs: to');
}

function importsOf(file) {
  const code = read(file).replace(/^\s*(\*|\/\/|\/\*).*$/gm, '');
  return [...code.matchAll(IMPORT)].map(([, , wanted]) => wanted);
}

function isIn(name, patterns) {
  return patterns.some((pattern) => (pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern));
}

/** In a folder, or a file itself. */
function isInside(file, wanted, place) {
  const target = path.posix.join(path.posix.dirname(file), wanted);
  return target === place || target.startsWith(place.endsWith('/') ? place : `${place}/`);
}

function folders(folder) {
  const entries = readdirSync(path.join(ROOT, folder), { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}

function sources(folder) {
  return readdirSync(path.join(ROOT, folder), { recursive: true })
    .filter((file) => /\.m?ts$/.test(file))
    .map((file) => path.posix.join(folder, file.replaceAll(path.sep, '/')));
}

function read(file) {
  return readFileSync(path.join(ROOT, file), 'utf8');
}
