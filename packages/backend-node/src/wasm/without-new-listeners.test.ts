import { expect, test } from 'vitest';
import { useBackend } from '../backend.ts';

test('the WebAssembly module leaves the fatal errors of its user alone', async () => {
  const count = () => process.listenerCount('uncaughtException') + process.listenerCount('unhandledRejection');
  const before = count();
  await useBackend({ choice: 'wasm' });
  expect(count()).toBe(before);
});
