import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bindingPrint, workspaceFolders } from './fingerprint.mjs';
import { ROOT, STATE } from './paths.mjs';

const FILE = join(STATE, 'setup.json');

/** A native backend that could not be had is tried again after a day, and by `npm run setup` at once. */
const PATIENCE_MS = 24 * 60 * 60 * 1000;

/** What the last set-ups finished: `{ dependencies, sources, backend: { native, at, binding } }`. */
export function readStamp() {
  try {
    return JSON.parse(readFileSync(FILE, 'utf8'));
  } catch {
    return {};
  }
}

export function writeStamp(stamp) {
  mkdirSync(STATE, { recursive: true });
  const temporary = `${FILE}.${process.pid}`;
  writeFileSync(temporary, JSON.stringify(stamp));
  renameSync(temporary, FILE);
}

/** Installed, and nobody has emptied node_modules since. */
export function isInstalled(stamp, dependencies) {
  return stamp.dependencies === dependencies && existsSync(join(ROOT, 'node_modules', '.modules.yaml'));
}

/** Built, and nobody has removed a `dist` since. */
export function isBuilt(stamp, sources) {
  return stamp.sources === sources && workspaceFolders().every((folder) => !builds(folder) || existsSync(join(folder, 'dist')));
}

/** The native backend is in its place, of what its source is now, or was tried not long ago, or is not wanted. */
export function hasBackend(stamp, env = process.env) {
  if (env.ESPALIER_BACKEND === 'wasm' || env.ESPALIER_BACKEND === 'cpu') return true;
  if (stamp.backend?.native) return existsSync(nativeBinding()) && stamp.backend.binding === bindingPrint();
  return stamp.backend !== undefined && Date.now() - Date.parse(stamp.backend.at) < PATIENCE_MS;
}

function nativeBinding() {
  const package_ = join(ROOT, 'packages', 'backend-node', 'node_modules', '@tensorflow', 'tfjs-node');
  return join(package_, 'lib', 'napi-v8', 'tfjs_binding.node');
}

function builds(folder) {
  if (!existsSync(join(folder, 'src'))) return false;
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).scripts?.build?.includes('tsc') ?? false;
}
