import { expect, test } from 'vitest';
import { type BenchedForm, whatToShip } from './what-to-ship.ts';

const form = (name: BenchedForm['form'], backend: BenchedForm['backend'], ms: number, spread = 0.05): BenchedForm => ({
  ...{ form: name, backend, threads: 1 },
  ...{ latencyMs: ms, lowMs: ms * (1 - spread), highMs: ms * (1 + spread) },
});

test('the fastest, for a page and for Node, and how much faster than the model as it is', () => {
  const measured = [form('dense', 'wasm', 60), form('masked', 'wasm', 62), form('sparse', 'none', 12), form('masked', 'tensorflow', 54)];
  expect(whatToShip([...measured, form('one graph', 'tensorflow', 9)])).toEqual({
    browser: { form: 'sparse', backend: 'none', why: '5.2× the speed of the masked model on tfjs-backend-wasm' },
    node: { form: 'one graph', backend: 'tensorflow', why: '6.0× the speed of the masked model on tfjs-node' },
  });
});

test('the model as it is, where another form is no faster than their spread', () => {
  const close = [form('masked', 'wasm', 10), form('sparse', 'none', 9.5)];
  expect(whatToShip(close).browser).toEqual({
    ...{ form: 'masked', backend: 'wasm' },
    why: 'the model on sparse kernels gains no more than what measurements spread',
  });
  const noisy = [form('masked', 'wasm', 10, 0.5), form('sparse', 'none', 8, 0.5)];
  expect(whatToShip(noisy).browser?.form).toBe('masked');
  expect(whatToShip([form('masked', 'wasm', 5), form('sparse', 'none', 10)]).browser).toMatchObject({
    ...{ form: 'masked', why: 'the model on sparse kernels took 2.0× as long' },
  });
});

test('what is there alone, and nothing where nothing is', () => {
  expect(whatToShip([form('sparse', 'none', 1)]).node).toMatchObject({ form: 'sparse', why: 'nothing else runs here' });
  expect(whatToShip([form('masked', 'tensorflow', 1)])).toEqual({
    node: { form: 'masked', backend: 'tensorflow', why: 'nothing else runs here' },
  });
  expect(whatToShip([])).toEqual({});
});
