import { existsSync } from 'node:fs';
import path from 'node:path';

/** The system's own browser, where there is one: none is downloaded. */
export const CHROMIUM = ['chromium', 'chromium-browser', 'google-chrome']
  .flatMap((name) => (process.env['PATH'] ?? '').split(path.delimiter).map((folder) => path.join(folder, name)))
  .find((file) => existsSync(file));
