import { expect, test } from 'vitest';
import { ranksWithin } from './ranks-within.ts';

test('each score is ranked among those of its unit, ties by position', () => {
  // Columns of a [4, 2] kernel: (0.5, 0, 0.5, 3) and (8, 1e-30, 2, 0).
  const ranks = ranksWithin(Float32Array.of(0.5, 8, 0, 1e-30, 0.5, 2, 3, 0), { units: 2, of: Int32Array.of(0, 1, 0, 1, 0, 1, 0, 1) });
  expect([...ranks]).toEqual([0.5, 1, 0.25, 0.5, 0.75, 0.75, 1, 0.25]);
});

test('as a plain sort would', () => {
  const scores = Float32Array.from({ length: 999 }, (_, i) => ((i * 7919) % 4001) / 17);
  const ranks = ranksWithin(scores, { units: 1, of: new Int32Array(999) });
  const order = [...scores].map((score, i) => ({ score, i })).sort((a, b) => a.score - b.score || a.i - b.i);
  order.forEach(({ i }, rank) => {
    expect(ranks[i]).toBe(Math.fround((rank + 1) / 999));
  });
});
