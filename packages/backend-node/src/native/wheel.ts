import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from '../net/client.ts';
import { download } from '../net/download.ts';
import { type PipConfig, readPipConfig } from '../pip/config.ts';
import { findWheel } from '../pip/find-wheel.ts';
import type { PinnedWheel } from '../pip/pinned.ts';
import { megabytes, type Progress } from '../progress.ts';

export interface WheelSource {
  cache: string;
  config?: PipConfig;
  progress?: Progress;
  signal?: AbortSignal | undefined;
}

/**
 * Fetches one of the pinned wheels from the user's own index, hands it to `use`, and deletes it: what is unpacked
 * from it is what is kept. A wheel that was cut off is gone on with the next time.
 */
export async function withWheel(pinned: readonly PinnedWheel[], source: WheelSource, use: (path: string) => Promise<void>): Promise<void> {
  const { cache, progress, signal, config = await readPipConfig() } = source;
  const client = new Client({
    certs: config.cert ? [config.cert] : [],
    trustedHosts: config.trustedHosts,
    ...(config.proxy && { proxy: config.proxy }),
  });
  const { wheel, url } = await findWheel(client, config, pinned, signal);
  const what = `${wheel.project} ${wheel.version}`;
  const path = join(cache, 'downloads', wheel.file);
  progress?.log?.(`Fetching ${what} from ${new URL(url).host || 'disk'} (${megabytes(wheel.bytes)})`);
  await download(
    client,
    { url, to: path, sha256: wheel.sha256, bytes: wheel.bytes },
    {
      signal,
      onProgress: (done, total) => progress?.bytes?.(what, done, total),
    },
  );
  progress?.log?.(`Unpacking ${what}`);
  await use(path);
  await rm(path, { force: true });
}
