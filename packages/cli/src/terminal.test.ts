import { PassThrough } from 'node:stream';
import { afterEach, expect, test, vi } from 'vitest';
import { Terminal, wantsColour } from './terminal.ts';
import { ProgressBar } from './view/progress-bar.ts';

function streams({ isTTY = false } = {}) {
  const make = () =>
    Object.assign(new PassThrough({ encoding: 'utf8' }), { isTTY, columns: 100 }) as unknown as NodeJS.WriteStream & PassThrough;
  return { stdout: make(), stderr: make() };
}

afterEach(() => vi.unstubAllEnvs());

test('with json everything for people goes to stderr', () => {
  const { stdout, stderr } = streams();
  const terminal = new Terminal({ stdout, stderr });
  terminal.json = true;
  terminal.print('a table');
  stdout.write('a banner\n');
  terminal.printJson({ a: 1 });
  expect(stdout.read()).toBe('{\n  "a": 1\n}\n');
  expect(stderr.read()).toBe('a table\na banner\n');
});

test('bars are for terminals that a person looks at', () => {
  vi.stubEnv('CI', undefined);
  vi.stubEnv('TERM', 'xterm');
  expect(new Terminal(streams({ isTTY: true })).isLive).toBe(true);
  expect(new Terminal(streams()).isLive).toBe(false);
  vi.stubEnv('CI', 'true');
  expect(new Terminal(streams({ isTTY: true })).isLive).toBe(false);
});

test('NO_COLOR wins over FORCE_COLOR, that over what the stream is', () => {
  expect(wantsColour({ isTTY: true }, {})).toBe(true);
  expect(wantsColour({ isTTY: true }, { TERM: 'dumb' })).toBe(false);
  expect(wantsColour({}, { CI: 'true' })).toBe(false);
  expect(wantsColour({}, { FORCE_COLOR: '1' })).toBe(true);
  expect(wantsColour({ isTTY: true }, { FORCE_COLOR: '0' })).toBe(false);
  expect(wantsColour({ isTTY: true }, { FORCE_COLOR: '1', NO_COLOR: '1' })).toBe(false);
});

test('the bar spans both phases, and goes before a line is written', () => {
  const { stdout, stderr } = streams({ isTTY: true });
  const terminal = new Terminal({ stdout, stderr });
  const bar = new ProgressBar(terminal);
  const training = { samples: 100, stepsPerEpoch: 10, denseSteps: 30, pruneSteps: 10, shrinkSteps: 0 };
  bar.show({ type: 'plan', plan: { training } as never, folder: 'runs/x' });
  bar.show({ type: 'step', phase: 'dense', step: 20, total: 30, done: 20, loss: 0.5 });
  expect(stderr.read()).toContain('50%  dense  epoch 2/3  loss 0.500');
  terminal.note('a line');
  expect(terminal.clear).toBeUndefined();
  expect(stderr.read()).toMatch(/a line\n$/);
  bar.show({ type: 'step', phase: 'prune', step: 6, total: 10, done: 6, loss: 0.25 });
  expect(stderr.read()).toContain('90%  prune  epoch 1/1  loss 0.250  sparsity 0.0 %');
  bar.end();
});
