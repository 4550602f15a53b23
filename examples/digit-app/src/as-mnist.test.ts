import { expect, test } from 'vitest';
import { asMnist } from './as-mnist.ts';

/** A drawing of 100×100 in which a rectangle is white. */
function rectangle(left: number, top: number, width: number, height: number): Uint8ClampedArray {
  return Uint8ClampedArray.from({ length: 100 * 100 }, (_, i) => {
    const [x, y] = [i % 100, Math.floor(i / 100)];
    return x >= left && x < left + width && y >= top && y < top + height ? 255 : 0;
  });
}

const lit = (image: Float32Array) => [...image.entries()].filter(([, value]) => value > 0.5).map(([i]) => [i % 28, Math.floor(i / 28)]);

test('a bar in a corner becomes 20 points high, in the middle', () => {
  const points = lit(asMnist(rectangle(2, 5, 10, 40), 100) as Float32Array);
  // 10×40 by half is 5×20, from 11 to 15 and from 4 to 23.
  expect(points).toHaveLength(100);
  expect([Math.min(...points.map(([x]) => x as number)), Math.max(...points.map(([x]) => x as number))]).toEqual([12, 16]);
  expect([Math.min(...points.map(([, y]) => y as number)), Math.max(...points.map(([, y]) => y as number))]).toEqual([4, 23]);
});

test('a dot is a digit as well, and what is larger than the drawing stays inside', () => {
  expect(lit(asMnist(rectangle(50, 50, 1, 1), 100) as Float32Array).length).toBeGreaterThan(0);
  expect(lit(asMnist(rectangle(0, 0, 100, 100), 100) as Float32Array)).toHaveLength(400);
});

test('nothing drawn is nothing', () => {
  expect(asMnist(new Uint8ClampedArray(100 * 100), 100)).toBeUndefined();
});
