import { existsSync } from 'node:fs';
import path from 'node:path';
import { type Browser, chromium } from 'playwright-core';

/** The system's own browser, where there is one: none is downloaded. */
export const CHROMIUM = ['chromium', 'chromium-browser', 'google-chrome']
  .flatMap((name) => (process.env['PATH'] ?? '').split(path.delimiter).map((folder) => path.join(folder, name)))
  .find((file) => existsSync(file));

/** Whether tests that need it are left out: in CI they fail without it. */
export const isWithoutChromium = CHROMIUM === undefined && !process.env['CI'];

export async function launchChromium(executablePath = CHROMIUM): Promise<Browser> {
  if (executablePath === undefined) throw new Error('no Chromium is installed: apt-get install chromium');
  // CI runs as root, where Chromium has no sandbox.
  return chromium.launch({ executablePath, args: ['--no-sandbox'] });
}
