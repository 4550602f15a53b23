import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { Display } from './display.mjs';

function paper() {
  let text = '';
  const out = new Writable({
    write(chunk, _, done) {
      text += chunk;
      done();
    },
  });
  return { out, text: () => text };
}

test('away from a terminal there are plain lines, and a download is told by quarters', async () => {
  const { out, text } = paper();
  const display = new Display(out);
  await display.step('Fetching', async () => {
    display.detail('from an index');
    for (let done = 0; done <= 100; done += 1) display.bytes('wheel', done * 1e6, 100e6);
  });
  const lines = text().trim().split('\n');
  expect(lines[0]).toBe('Fetching …');
  expect(lines[1]).toBe('  from an index');
  expect(lines.filter((line) => line.includes('of 100 MB'))).toHaveLength(4);
  expect(lines.at(-1)).toMatch(/^✔ Fetching \(\d\.\d s\)$/);
  expect(text()).not.toContain('\x1b');
});

test('a step that fails is marked, and the failure goes on', async () => {
  const { out, text } = paper();
  await expect(new Display(out).step('Building', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(text()).toMatch(/✖ Building \(/);
});

test('on a terminal the line is drawn over, and what is said stays above it', async () => {
  const { out, text } = paper();
  const before = process.env.CI;
  delete process.env.CI;
  const display = new Display(Object.assign(out, { isTTY: true, columns: 60 }));
  if (before !== undefined) process.env.CI = before;
  await display.step('Fetching', async () => {
    display.bytes('wheel', 1e6, 100e6);
    await new Promise((resolve) => setTimeout(resolve, 250));
    display.say('by the way');
  });
  const shown = text()
    .split('\n')
    .map((line) => line.slice(line.lastIndexOf('\x1b[K') + 3));
  expect(shown).toEqual(['by the way', expect.stringMatching(/^✔ Fetching/), '']);
  expect(text()).toMatch(/Fetching \(0\.\d s\): wheel: 1 of 100 MB/);
});
