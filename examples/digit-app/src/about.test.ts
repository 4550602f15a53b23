import { readFileSync, statSync } from 'node:fs';
import { expect, test } from 'vitest';

const fileUrl = (name: string) => new URL(`../public/${name}`, import.meta.url);

// Where they are not: npm run compile-model.
test('what the page says of its files are their sizes', () => {
  const { denseBytes, sparseBytes } = JSON.parse(readFileSync(fileUrl('about.json'), 'utf8'));
  expect(sparseBytes).toBe(statSync(fileUrl('model.sparse')).size);
  expect(denseBytes).toBe(statSync(fileUrl('model/weights.bin')).size);
});
