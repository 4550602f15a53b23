import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const PREFIX = 'espalier-tests-';

/** All that the tests and the programs that they start leave in the folder for such things goes with them: also of those that are killed. */
export default function setup() {
  // Once for all projects of the tests. A long path would be no place for sockets.
  if (path.basename(tmpdir()).startsWith(PREFIX)) return;
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), PREFIX)));
  process.env.TMPDIR = folder;
  return () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
