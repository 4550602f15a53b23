import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Place } from '../testing/espalier.ts';

const MEASURED = {
  accuracy: 0.9,
  loss: 0.1,
  trainAccuracy: 0.9,
  parameters: 10,
  nonzero: 5,
  sparsity: 0.5,
  bytes: 40,
  macs: 5,
  latencyMs: 0.1,
};

function withRun(): Place {
  const place = new Place();
  mkdirSync(place.file('runs/one'), { recursive: true });
  const config = { seed: 1, data: 'mnist', prune: { strategy: 'magnitude', sparsity: 0.5 } };
  const record = {
    experiment: 'one',
    hash: 'a',
    seed: 1,
    strategy: 'magnitude',
    status: 'done',
    dense: MEASURED,
    pruned: MEASURED,
    parameters: [],
    timing: {},
    config,
  };
  writeFileSync(place.file('runs/one/result.json'), JSON.stringify(record));
  return place;
}

test('writes the page into the folder, or where it is wanted', async () => {
  const place = withRun();
  const { status, stdout } = await place.start(['report', 'runs']);
  expect([status, stdout]).toEqual([0, expect.stringMatching(/^runs\/report\.html \(\d+ kB\): open it in any browser\n$/)]);
  expect(readFileSync(place.file('runs/report.html'), 'utf8')).toContain('<title>runs</title>');
  expect((await place.start(['report', 'runs', '--out', 'new/page.html'])).status).toBe(0);
  expect(readFileSync(place.file('new/page.html'), 'utf8')).toContain('"magnitude"');
});

test('--watch serves until Ctrl-C', async () => {
  const place = withRun();
  let page: Promise<string> | undefined;
  const { status } = await place.start(['report', 'runs', '--watch'], {
    watchStdout: (said, child) => {
      const url = /http:\S+/.exec(said)?.[0];
      if (url === undefined || page !== undefined) return;
      page = fetch(url).then((answer) => answer.text());
      void page.finally(() => child.kill('SIGINT'));
    },
  });
  expect(status).toBe(130);
  expect(await page).toContain('data-live');
});

test('what cannot be is wrong use', async () => {
  const place = withRun();
  const { status, stderr } = await place.start(['report', 'runs', '--watch', '--out', 'page.html']);
  expect([status, stderr]).toEqual([2, expect.stringContaining('leave --out away')]);
  expect((await place.start(['report', 'runs', '--against', 'luck'])).stderr).toContain('nothing to compare with is named "luck"');
});
