import { cp, mkdir, readFile, realpath, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ownFile, packageFolder } from '../package-files.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** This package as a user has it whose installation of tfjs-node failed. */
export async function withoutTfjsNode(): Promise<string> {
  const folder = await temporaryFolder();
  for (const part of ['dist', 'binding']) await cp(ownFile(part), join(folder, part), { recursive: true });
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
  const folder = packageFolder('@tensorflow/tfjs-node') as string;
  await mkdir(target, { recursive: true });
  for (const part of ['package.json', 'binding', 'dist']) await cp(join(folder, part), join(target, part), { recursive: true });
  // What it needs itself lies beside it, but for one package that it does not name.
  await symlink(join(await realpath(folder), '..', '..'), join(target, 'node_modules'));
  await symlink(join(await realpath(packageFolder('@tensorflow/tfjs') as string), '..', 'tfjs-core'), join(dirname(target), 'tfjs-core'));
  return door;
}
