import { useBackend } from '@espalier/backend-node';
import { modelFiles, openPage, TFJS } from '../page-server.ts';
import { serve, workOf } from './frame.ts';
import { FORMS, type Form, formsOf, mobilenet } from './mobilenet.ts';

const { sparsity, chromium } = workOf<{ sparsity: number; chromium: string }>();
await useBackend({ choice: 'cpu' });
// For the backend of the page, not for the one here.
const { models } = await formsOf(await mobilenet(), sparsity, false);

const html = '<!doctype html><script src="/tfjs/tf.min.js"></script><script src="/tfjs-backend-wasm/tf-backend-wasm.min.js"></script>';
const files = await Promise.all(FORMS.map((form) => modelFiles(form, models[form])));
const { page, close } = await openPage(chromium, new Map([['/', html], ...files.flat()]), TFJS);
// What stands in these functions runs in the page, where tfjs is a global.
await page.evaluate(`(async () => {
  tf.wasm.setWasmPaths('/tfjs-backend-wasm/');
  await tf.setBackend('wasm');
  window.models = {};
  for (const form of ${JSON.stringify(FORMS)}) {
    const artifacts = await (await fetch('/' + form + '.json')).json();
    artifacts.weightData = await (await fetch('/' + form + '.bin')).arrayBuffer();
    window.models[form] = await tf.loadLayersModel(tf.io.fromMemory(artifacts));
  }
  window.image = tf.randomUniform([1, 224, 224, 3], -1, 1, 'float32', 1);
})()`);

/** Milliseconds of the middle one of three inferences of each, in turns. */
const TURN = `(async () => {
  const times = Object.fromEntries(Object.keys(models).map((form) => [form, []]));
  for (let i = 0; i < 3; i++) {
    for (const form of Object.keys(models)) {
      const start = performance.now();
      const output = models[form].predict(image);
      await output.data();
      output.dispose();
      times[form].push(performance.now() - start);
    }
  }
  return Object.fromEntries(Object.entries(times).map(([form, all]) => [form, all.sort((a, b) => a - b)[1]]));
})()`;

await serve(async () => {
  const times = (await page.evaluate(TURN)) as Record<Form, number>;
  return Object.fromEntries(FORMS.map((form) => [`${form}Ms`, times[form]]));
});
await close();
