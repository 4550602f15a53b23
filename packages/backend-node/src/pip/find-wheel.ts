import { StepError } from '../attempts.ts';
import { type Client, redact } from '../net/client.ts';
import type { PipConfig } from './config.ts';
import type { PinnedWheel } from './pinned.ts';
import { filesOf, type IndexFile, linkedFiles } from './simple-index.ts';

/** Looks through the user's own places, in pip's order, for any of the pinned files. */
export async function findWheel(
  client: Client,
  config: PipConfig,
  pinned: readonly PinnedWheel[],
  signal?: AbortSignal,
): Promise<{ wheel: PinnedWheel; url: string }> {
  const [first] = pinned;
  if (first === undefined) throw new StepError('there is no wheel for this platform', 'The WebAssembly backend is used here.');
  const failures: string[] = [];
  for (const place of places(client, config, first.project, signal)) {
    try {
      const files = await place.list();
      for (const wheel of pinned) {
        const file = files.find((offered) => offered.name === wheel.file && (offered.sha256 ?? wheel.sha256) === wheel.sha256);
        if (file) return { wheel, url: file.url };
      }
      failures.push(`${place.name} has no ${first.project} ${first.version} for this platform`);
    } catch (error) {
      signal?.throwIfAborted();
      failures.push((error as Error).message);
    }
  }
  throw new StepError(
    `${first.project} ${first.version} was found nowhere: ${failures.join('; ') || 'pip is set to ask no index'}`,
    'Point PIP_INDEX_URL (or index-url in pip.conf) to a package index that this machine reaches, then run `espalier doctor --install`.',
  );
}

function places(
  client: Client,
  config: PipConfig,
  project: string,
  signal?: AbortSignal,
): { name: string; list: () => Promise<IndexFile[]> }[] {
  return [
    ...config.findLinks.map((place) => ({ name: redact(place), list: () => linkedFiles(client, place, signal) })),
    ...config.indexes.map((index) => ({ name: redact(index), list: () => filesOf(client, index, project, signal) })),
  ];
}
