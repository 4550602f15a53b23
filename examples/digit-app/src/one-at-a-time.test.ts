import { expect, test } from 'vitest';
import { oneAtATime } from './one-at-a-time.ts';

test('what fails is told, and can be asked for again', async () => {
  const told: string[] = [];
  let isBroken = true;
  const look = oneAtATime({
    work: async () => {
      if (isBroken) throw new Error('broken');
      told.push('done');
    },
    rest: () => void told.push('rests'),
    failed: (error) => void told.push((error as Error).message),
  });
  await look();
  isBroken = false;
  await look();
  expect(told).toEqual(['broken', 'done', 'rests']);
});

test('asked for while it goes on, it is done once more, also where it failed meanwhile', async () => {
  const told: string[] = [];
  let calls = 0;
  const look = oneAtATime({
    work: async () => {
      const call = calls++;
      await new Promise((resolve) => setTimeout(resolve, 5));
      if (call === 0) throw new Error('broken');
      told.push(`done ${call}`);
    },
    rest: () => void told.push('rests'),
    failed: (error) => void told.push((error as Error).message),
  });
  const first = look();
  await Promise.all([look(), look()]);
  expect(calls).toBe(1);
  await first;
  expect(told).toEqual(['broken', 'done 1', 'rests']);
});
