import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { x as extractTar } from 'tar';
import { StepError } from '../attempts.ts';
import { temporaryBeside } from '../cache.ts';
import { Client, causeOf } from '../net/client.ts';
import { packageFolder } from '../package-files.ts';
import { type Platform, platformName } from '../platform.ts';
import type { Progress } from '../progress.ts';
import { downloadKit, LIBTENSORFLOW } from './kits.ts';
import { isVerified } from './layout.ts';
import { verify } from './verify.ts';

/** For the platforms that the package has both halves prebuilt for: the names in its two addresses. */
const PREBUILT: Record<string, { library: string; binding: string }> = {
  'linux-x64': { library: 'linux-x86_64', binding: 'linux' },
  'darwin-x64': { library: 'darwin-x86_64', binding: 'darwin' },
};

export interface DownloadSource {
  cache: string;
  progress?: Progress;
  signal?: AbortSignal | undefined;
  env?: NodeJS.ProcessEnv;
  /** How long the server may take to answer at all: behind a firewall nobody should wait for it. */
  timeoutMs?: number;
}

/**
 * What the package's own install script does, library and binding from its CDN, without what that script may do to a
 * checkout (it rewrites package.json in place, and with pnpm that file is shared with every other project).
 * A refusal, no such host and a broken archive are all ordinary here. The addresses are the package's own, and the
 * variables with which its users point it to a mirror hold.
 */
export async function kitFromDownload(platform: Platform, source: DownloadSource): Promise<void> {
  const { cache, signal, env = process.env, timeoutMs = 5_000 } = source;
  const names = PREBUILT[platformName(platform)];
  if (names === undefined)
    throw new StepError(`tfjs-node has nothing prebuilt for ${platformName(platform)}`, 'Nothing to do: the wheel is tried next.');
  const kit = downloadKit(platform, cache);
  if (await isVerified(kit)) return;
  const { library, binding } = await addresses(names, env);
  const client = new Client({ env });
  const temporary = temporaryBeside(kit.folder);
  try {
    // The small one first: where it is refused, the large one is not asked for.
    await fetchAndUnpack(client, binding, join(temporary, 'lib', 'napi-v8'), { strip: 1, timeoutMs, signal });
    source.progress?.log?.(`Fetching libtensorflow ${LIBTENSORFLOW} from ${new URL(library).host}`);
    await fetchAndUnpack(client, library, join(temporary, 'deps'), { strip: 0, timeoutMs, signal });
    await rm(kit.folder, { recursive: true, force: true });
    await rename(temporary, kit.folder);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
  try {
    await verify(kit, signal);
  } catch (error) {
    await rm(kit.folder, { recursive: true, force: true });
    throw error;
  }
}

async function addresses(
  names: { library: string; binding: string },
  env: NodeJS.ProcessEnv,
): Promise<{ library: string; binding: string }> {
  const folder = packageFolder('@tensorflow/tfjs-node');
  if (folder === undefined) throw new StepError('@tensorflow/tfjs-node is not installed', 'Install it beside espalier.');
  const { version, binary } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as {
    version: string;
    binary: { host: string };
  };
  const mirror = env['TFJS_NODE_CDN_STORAGE'] ?? env['npm_config_TFJS_NODE_CDN_STORAGE'] ?? env['CDN_STORAGE'];
  const host = mirror ?? `${new URL(binary.host).origin}/`;
  const base = env['TFJS_NODE_BASE_URI'] ?? env['npm_config_TFJS_NODE_BASE_URI'] ?? `${host}tensorflow/libtensorflow/libtensorflow-`;
  const bindings = env['npm_config_tfjs_binding_binary_host_mirror'] ?? (mirror ? `${mirror}tf-builds/pre-built-binary` : binary.host);
  return {
    library: `${base}cpu-${names.library}-${LIBTENSORFLOW}.tar.gz`,
    binding: `${bindings}/napi-v8/${version}/CPU-${names.binding}-${version}.tar.gz`,
  };
}

async function fetchAndUnpack(
  client: Client,
  url: string,
  folder: string,
  { strip, timeoutMs, signal }: { strip: number; timeoutMs: number; signal: AbortSignal | undefined },
): Promise<void> {
  const remedy = 'Nothing to do: the wheel is tried next.';
  await mkdir(dirname(join(folder, '_')), { recursive: true });
  try {
    const response = await client.get(url, { timeoutMs, signal });
    if (!response.ok || response.body === null) {
      await response.body?.cancel();
      throw new Error(`${url} answered ${response.status}`);
    }
    await pipeline(Readable.fromWeb(response.body as never), extractTar({ cwd: folder, strip, strict: true }), {
      ...(signal && { signal }),
    });
  } catch (error) {
    signal?.throwIfAborted();
    throw new StepError(`tfjs-node's own download failed: ${causeOf(error)}`, remedy, { cause: error });
  }
}
