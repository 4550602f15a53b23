import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const MODULE = fileURLToPath(new URL('follow-parent.mjs', import.meta.url));

test.skipIf(process.platform === 'win32')('a program whose shell is killed under it is stopped, and may tidy up first', async () => {
  const program = `
    const { followParent } = await import(${JSON.stringify(MODULE)});
    followParent();
    process.on('SIGTERM', () => { console.log('tidied up'); process.exit(0); });
    console.log('ready');
    setTimeout(() => {}, 20_000);`;
  const env = { ...process.env, npm_lifecycle_event: 'start', PROGRAM: program };
  // The colon keeps the shell from becoming the program.
  const shell = spawn('sh', ['-c', `'${process.execPath}' --input-type=module -e "$PROGRAM"; :`], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  shell.stdout.on('data', (chunk) => {
    said += chunk;
    if (said === 'ready\n') shell.kill('SIGKILL');
  });
  await expect.poll(() => said, { timeout: 10_000 }).toBe('ready\ntidied up\n');
});
