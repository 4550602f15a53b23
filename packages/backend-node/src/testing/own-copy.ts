import { cp, mkdir, readFile, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ownFile, packageFolder } from '../package-files.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** This package as a user has it whose installation of tfjs-node failed. */
export async function withoutTfjsNode(): Promise<string> {
  const folder = await temporaryFolder();
  await cp(ownFile('dist'), join(folder, 'dist'), { recursive: true });
  await cp(ownFile('package.json'), join(folder, 'package.json'));
  const { dependencies } = JSON.parse(await readFile(ownFile('package.json'), 'utf8')) as { dependencies: Record<string, string> };
  for (const name of Object.keys(dependencies)) {
    const target = join(folder, 'node_modules', name);
    await mkdir(dirname(target), { recursive: true });
    await symlink(ownFile('node_modules', name), target);
  }
  return join(folder, 'dist', 'index.js');
}

/** This package as a user has it whose tfjs-node has neither library nor binding yet. */
export async function withBareTfjsNode(): Promise<string> {
  const door = await withoutTfjsNode();
  const target = join(dirname(dirname(door)), 'node_modules', '@tensorflow', 'tfjs-node');
  await mkdir(join(target, 'dist'), { recursive: true });
  for (const file of ['package.json', 'binding']) {
    await cp(join(packageFolder('@tensorflow/tfjs-node') as string, file), join(target, file), { recursive: true });
  }
  return door;
}
