import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import type { Page } from 'playwright-core';
import { launchChromium } from './chromium.ts';

type Content = string | Uint8Array;

const TYPES: Readonly<Record<string, string>> = { '.wasm': 'application/wasm', '.js': 'text/javascript', '.json': 'application/json' };

const require = createRequire(import.meta.url);

/** The folders of tfjs as a page loads it, by the paths that it finds them under. */
export const TFJS = {
  '/tfjs/': path.dirname(require.resolve('@tensorflow/tfjs/dist/tf.min.js')),
  '/tfjs-backend-wasm/': path.dirname(require.resolve('@tensorflow/tfjs-backend-wasm/dist/tf-backend-wasm.min.js')),
} as const;

/** What a page needs in order to share memory between threads. */
const ISOLATED = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' } as const;

/** A page of Chromium at `/`, with files of its own beside it, and what stands in folders; it may have threads where it is isolated. */
export async function openPage(
  executablePath: string,
  files: ReadonlyMap<string, Content>,
  folders: Readonly<Record<string, string>>,
  { isIsolated = false } = {},
): Promise<{ readonly page: Page; close(): Promise<void> }> {
  const contentOf = (url: string): Content | undefined => {
    const prefix = Object.keys(folders).find((each) => url.startsWith(each));
    if (prefix === undefined) return files.get(url);
    const file = path.join(folders[prefix] as string, url.slice(prefix.length));
    return existsSync(file) ? readFileSync(file) : undefined;
  };
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const content = contentOf(pathname);
    response.writeHead(content === undefined ? 404 : 200, {
      'content-type': TYPES[path.extname(pathname)] ?? 'text/html',
      ...(isIsolated ? ISOLATED : {}),
    });
    response.end(content);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const browser = await launchChromium(executablePath);
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  return {
    page,
    async close() {
      await browser.close();
      server.close();
    },
  };
}

/** A model as a page takes it: `/NAME.json` and `/NAME.bin`, whatever `tf.io.fromMemory` needs. */
export async function modelFiles(name: string, model: tf.LayersModel): Promise<[string, Content][]> {
  let saved: tf.io.ModelArtifacts = {};
  await model.save(
    tf.io.withSaveHandler(async (artifacts) => {
      saved = artifacts;
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    }),
  );
  const { weightData, ...artifacts } = saved;
  return [
    [`/${name}.json`, JSON.stringify(artifacts)],
    [`/${name}.bin`, Buffer.from(weightData as ArrayBuffer)],
  ];
}
