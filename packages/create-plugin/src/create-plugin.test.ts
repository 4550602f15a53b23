import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { createPlugin } from './create-plugin.ts';
import { KINDS, type Kind } from './kinds.ts';
import { nextSteps } from './next-steps.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';

const OWN = fileURLToPath(new URL('..', import.meta.url));
const ROOT = join(OWN, '..', '..');
const { version: VERSION } = json(join(OWN, 'package.json'));

function json(file: string): Record<string, never> {
  return JSON.parse(readFileSync(file, 'utf8'));
}

test('every kind is a whole package, of which types are right under a name of one’s own', () => {
  const from = temporaryFolder();
  for (const kind of Object.keys(KINDS) as Kind[]) {
    const { folder, files, part } = createPlugin({ name: `@own/espalier-plugin-new-${kind}`, kind, from });
    expect(files).toEqual([
      ...['.gitignore', 'README.md', 'configs/experiment.yaml', 'configs/sweep.yaml', 'package.json', 'src/index.test.ts', 'src/index.ts'],
      ...['tsconfig.build.json', 'tsconfig.json', 'vitest.config.ts'],
    ]);
    expect(part).toBe(`new${kind[0]?.toUpperCase()}${kind.slice(1)}`);
    for (const file of files) expect(readFileSync(join(folder, file), 'utf8')).not.toMatch(/acme|KIND|workspace:/i);
    const manifest = json(join(folder, 'package.json'));
    expect(manifest).toMatchObject({
      name: `@own/espalier-plugin-new-${kind}`,
      description: `A ${kind} for Espalier`,
      peerDependencies: { '@espalier/core': `^${VERSION}` },
      devDependencies: { espalier: `^${VERSION}` },
    });
  }
  // What npm would install, from this repository.
  symlinkSync(join(OWN, 'node_modules'), join(from, 'node_modules'));
  const tsc = join(ROOT, 'node_modules', '.bin', 'tsc');
  for (const name of readdirSync(from).filter((each) => each.startsWith('espalier-plugin-'))) {
    execFileSync(tsc, ['-p', 'tsconfig.build.json'], { cwd: join(from, name) });
    expect(readdirSync(join(from, name, 'dist')).sort()).toEqual(['index.d.ts', 'index.js', 'index.js.map']);
  }
});

test('the templates are right as they stand, tests included, and ask for the versions that are tried here', () => {
  const from = temporaryFolder({
    'tsconfig.json': JSON.stringify({ extends: join(OWN, 'templates/shared/tsconfig.json'), include: [join(OWN, 'templates/*/src')] }),
  });
  execFileSync(join(ROOT, 'node_modules', '.bin', 'tsc'), ['-p', from]);
  const { devDependencies: asked } = json(join(OWN, 'templates/shared/manifest.json')) as Record<string, Record<string, string>>;
  const { devDependencies: here } = json(join(ROOT, 'package.json')) as Record<string, Record<string, string>>;
  expect(asked?.['typescript']).toBe(`^${here?.['typescript']}`);
  expect(asked?.['vitest']).toBe(`^${here?.['vitest']}`);
  expect(readFileSync(join(ROOT, 'pnpm-workspace.yaml'), 'utf8')).toContain(
    `'@tensorflow/tfjs': ${asked?.['@tensorflow/tfjs']?.slice(1)}\n`,
  );
});

test('in a checkout of Espalier it is one more package of the workspace, under examples', () => {
  const from = temporaryFolder({
    'pnpm-workspace.yaml': '',
    'package.json': '{"packageManager":"pnpm@1.2.3"}',
    'packages/core/package.json': '{"name":"@espalier/core"}',
  });
  const made = createPlugin({ name: 'mine', kind: 'scorer', from });
  expect(made.folder).toBe(join(from, 'examples', 'mine'));
  expect(json(join(made.folder, 'package.json'))).toMatchObject({ devDependencies: { espalier: 'workspace:^' } });
  expect(nextSteps(made, from)).toContain('cd examples/mine\n  npx -y pnpm@1.2.3 install\n');
  expect(() => createPlugin({ name: 'mine', kind: 'scorer', from, folder: 'docs/mine' })).toThrow('examples/mine');
  const outside = createPlugin({ name: 'mine', kind: 'scorer', from, folder: temporaryFolder() });
  expect(json(join(outside.folder, 'package.json'))).toMatchObject({ devDependencies: { espalier: `^${VERSION}` } });
  expect(createPlugin({ name: 'mine', kind: 'scorer', from: join(from, 'packages') }).folder).toBe(join(from, 'packages', 'mine'));
});

test('the next steps are those of the client that was called', () => {
  const from = temporaryFolder();
  const made = createPlugin({ name: 'mine', kind: 'model', from, folder: 'deep/er' });
  expect(nextSteps(made, from, 'pnpm/10.34.8 npm/? node/v20')).toContain('cd deep/er\n  pnpm install\n  pnpm run test\n');
  expect(nextSteps(made, from, 'bun/1.3.3 npm/? node/v24')).toContain('bun install\n  bun run test\n');
  expect(nextSteps(made, made.folder, undefined)).toContain('Made mine in .: the model "mine"');
});

test.skipIf(process.platform === 'win32')('its folder is as open to others as one that mkdir makes', () => {
  const from = temporaryFolder();
  mkdirSync(join(from, 'plain'));
  const { folder } = createPlugin({ name: 'mine', kind: 'scorer', from });
  expect(statSync(folder).mode).toBe(statSync(join(from, 'plain')).mode);
});

test('an empty folder is filled; what is there already is left alone', () => {
  const from = temporaryFolder({ 'full/mine.txt': 'mine', file: '' });
  mkdirSync(join(from, 'empty'));
  expect(createPlugin({ name: 'mine', kind: 'dataset', from, folder: 'empty' }).folder).toBe(join(from, 'empty'));
  expect(readdirSync(join(from, 'empty'))).toContain('package.json');
  expect(() => createPlugin({ name: 'mine', kind: 'dataset', from, folder: 'full' })).toThrow('is there already, and not empty');
  expect(() => createPlugin({ name: 'mine', kind: 'dataset', from, folder: 'file' })).toThrow('is there already, and is no folder');
  expect(readdirSync(join(from, 'full'))).toEqual(['mine.txt']);
});

test('what cannot be written, or is no kind, leaves nothing', () => {
  const from = temporaryFolder({ file: '' });
  expect(() => createPlugin({ name: 'mine', kind: 'scorer', from, folder: 'file/mine' })).toThrow('cannot be written: ');
  expect(() => createPlugin({ name: 'mine', kind: 'scorr' as Kind, from })).toThrow('there is no kind "scorr": it is one of scorer, ');
  expect(readdirSync(from)).toEqual(['file']);
  expect(existsSync(join(from, 'mine'))).toBe(false);
});
