import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Place, POINTS, pointsCsv } from '../testing/espalier.ts';

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

test('a real run: its curves, and its weights before the pruning, where the dense model is kept', async () => {
  const place = new Place({ 'points.yaml': POINTS, 'points.csv': pointsCsv() });
  await place.start(['run', 'points.yaml', '--out', 'runs/points']);
  const [details] = await detailsIn(place);
  expect(details.curves.dense.length).toBeGreaterThan(10);
  expect(details.curves.sparsity).toEqual([[0, 0.5]]);
  const [kernel] = details.histograms;
  expect(kernel.parameter).toBe('dense/kernel');
  const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);
  expect([sum(kernel.before), sum(kernel.after) + kernel.zeros]).toEqual([32, 32]);

  rmSync(place.file('cache'), { recursive: true });
  expect((await detailsIn(place))[0]).toMatchObject({ withoutDense: expect.stringContaining('not kept any more') });
});

async function detailsIn(place: Place) {
  expect((await place.start(['report', 'runs'])).status).toBe(0);
  const data = /<script type="application\/json" id="data">(.*)<\/script>/.exec(readFileSync(place.file('runs/report.html'), 'utf8'))?.[1];
  return JSON.parse(data ?? '').details;
}

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
  expect(status).toBe(0);
  expect(await page).toContain('data-live');
});

test('what cannot be is wrong use', async () => {
  const place = withRun();
  const { status, stderr } = await place.start(['report', 'runs', '--watch', '--out', 'page.html']);
  expect([status, stderr]).toEqual([2, expect.stringContaining('leave --out away')]);
  const wrong = async (...args: string[]) => {
    const outcome = await place.start(['report', 'runs', ...args]);
    expect([outcome.status, outcome.stdout]).toEqual([2, '']);
    return outcome.stderr;
  };
  expect(await wrong('--port', '8080')).toContain('--port is of --watch');
  expect(await wrong('--watch', '--tensorboard', 'logs')).toContain('writes no logs');
  expect((await place.start(['report', 'runs', '--against', 'luck'])).stderr).toContain('nothing to compare with is named "luck"');
});
