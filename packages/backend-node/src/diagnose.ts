import { type Attempt, explain, rememberedAttempts } from './attempts.ts';
import { type Backend, choiceOf, useBackend } from './backend.ts';
import { cacheFolder, folderBytes } from './cache.ts';
import { packageVersion } from './package-files.ts';
import { platformName, thisPlatform } from './platform.ts';

/** All that `espalier doctor` shows. */
export interface Diagnosis {
  /** The backend that this process got; undefined where none works, or the forced one does not. */
  backend?: Backend;
  /** Why there is none. */
  failure?: { reason: string; remedy?: string };
  /** What `ESPALIER_BACKEND` insists on. */
  forced?: string;
  node: string;
  /** `linux-x64`, `darwin-arm64`, `linux-x64-musl`… */
  platform: string;
  versions: { tfjs?: string; tfjsNode?: string; tfjsBackendWasm?: string };
  cache: { folder: string; bytes: number };
  /** What the last installation tried, failures with their reasons and remedies. */
  attempts: readonly Attempt[];
  /** What to do, the most useful first; empty where all is well. */
  advice: readonly string[];
}

/** Looks at everything that decides the backend, and loads it into this process. Downloads nothing. */
export async function diagnose(): Promise<Diagnosis> {
  const folder = cacheFolder();
  const forced = process.env['ESPALIER_BACKEND'];
  const attempts = await rememberedAttempts(folder);
  const found = await useBackend({ log: () => {} }).then(
    (backend) => ({ backend }),
    (error: unknown) => ({ failure: explain(error) }),
  );
  const backend = 'backend' in found ? found.backend : undefined;
  const failure = 'failure' in found ? found.failure : undefined;
  return {
    ...(backend && { backend }),
    ...(failure && { failure }),
    ...(forced && { forced }),
    node: process.versions.node,
    platform: platformName(thisPlatform()),
    versions: {
      tfjs: packageVersion('@tensorflow/tfjs'),
      tfjsNode: packageVersion('@tensorflow/tfjs-node'),
      tfjsBackendWasm: packageVersion('@tensorflow/tfjs-backend-wasm'),
    },
    cache: { folder, bytes: await folderBytes(folder) },
    attempts,
    advice: advise(backend, failure, attempts),
  };
}

function advise(backend: Backend | undefined, failure: Diagnosis['failure'], attempts: readonly Attempt[]): string[] {
  if (backend?.name === 'tensorflow' || (backend && isForced())) return [];
  // What set-up last came up against says more than that it has not come to its end.
  const failed = [...(backend?.attempts ?? []), ...attempts].filter(({ ok }) => !ok);
  const remedies = [failure?.remedy, ...failed.map(({ remedy }) => remedy).reverse()];
  const known = remedies.filter((remedy): remedy is string => remedy !== undefined && !remedy.startsWith('Nothing to do'));
  return [...new Set([...known, 'Run `espalier doctor --install`: it fetches the native backend (about 270 MB).'])];
}

function isForced(): boolean {
  try {
    return choiceOf() !== undefined;
  } catch {
    return false;
  }
}
