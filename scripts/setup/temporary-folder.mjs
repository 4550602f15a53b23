import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** All that the tests and the programs that they start leave in the folder for such things goes with them: also of those that are killed. */
export default function setup() {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'espalier-tests-')));
  process.env.TMPDIR = folder;
  return () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
