import { expect, test } from 'vitest';
import { Place } from '../testing/espalier.ts';

test('shows the backend in use and the cache, and ends with 0 where one works', async () => {
  const place = new Place();
  const people = await place.start(['doctor']);
  expect(people.status).toBe(0);
  expect(people.stdout).toMatch(/backend +cpu/);
  expect(people.stdout).toContain(place.env['ESPALIER_CACHE']);
  const { stdout } = await place.start(['doctor', '--json']);
  expect(JSON.parse(stdout)).toMatchObject({ backend: { name: 'cpu' }, forced: 'cpu', cache: { folder: place.env['ESPALIER_CACHE'] } });
});

test('ends with 1 where none works', async () => {
  const { status, stdout } = await new Place().start(['doctor'], { env: { ESPALIER_BACKEND: 'abacus' } });
  expect(status).toBe(1);
  expect(stdout).toContain('ESPALIER_BACKEND is "abacus"');
});
