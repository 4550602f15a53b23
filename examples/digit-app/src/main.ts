import { asMnist } from './as-mnist.ts';
import { onSparseKernels, onTfjs } from './models.ts';
import { oneAtATime } from './one-at-a-time.ts';
import { Pad } from './pad.ts';
import { Stopwatch } from './stopwatch.ts';
import { DIGITS } from './strokes.ts';
import { find, mostLikely, Side, timeText } from './view.ts';

const verdict = find(document, '#verdict');

start().catch((error: unknown) => {
  document.body.dataset['failed'] = 'true';
  verdict.textContent = `The model cannot be run here: ${reasonOf(error)}`;
});

async function start(): Promise<void> {
  const base = document.baseURI;
  const [tfjs, sparse, about] = await Promise.all([
    onTfjs(new URL('model/model.json', base).href),
    onSparseKernels(new URL('model.sparse', base).href),
    fetch(new URL('about.json', base)).then((response) => response.json() as Promise<About>),
  ]);
  find(document, '#about').textContent = aboutText(about);
  const sides = [
    { view: new Side(find(document, '#tfjs')), model: tfjs, watch: new Stopwatch() },
    { view: new Side(find(document, '#sparse')), model: sparse, watch: new Stopwatch() },
  ] as const;
  const told = find(document, '#told');

  /** Both models on what is drawn, in turns. While it goes on, what is drawn meanwhile waits. */
  const look = oneAtATime({
    work: async () => {
      const { values, size } = pad.read();
      const image = asMnist(values, size);
      if (image === undefined) return;
      const seen: number[] = [];
      for (const { view, model, watch } of sides) {
        await watch.time(() => model.predict(image));
        const shares = await model.predict(image);
        // It was cleared meanwhile.
        if (pad.isEmpty) return;
        view.show(shares, watch.median);
        seen.push(mostLikely(shares));
      }
      const [slow, fast] = sides.map(({ watch }) => watch.median) as [number, number];
      verdict.textContent = `Sparse kernels take ${timeText(fast)}, TensorFlow.js ${timeText(slow)}: ${(slow / fast).toFixed(1)} times as fast.`;
      document.body.dataset['seen'] = seen.join();
      // A frame to draw in.
      await new Promise((resolve) => requestAnimationFrame(resolve));
    },
    // Said once the hand rests.
    rest: () => {
      if (!pad.isEmpty)
        told.textContent = `TensorFlow.js says ${find(document, '#tfjs .digit').textContent}, sparse kernels say ${find(document, '#sparse .digit').textContent}.`;
    },
    failed: (error) => {
      const text = `It could not be computed: ${reasonOf(error)}`;
      [verdict.textContent, told.textContent] = [text, text];
    },
  });

  const pad = new Pad(find(document, '#pad'), () => void look());
  find(document, '#clear').addEventListener('click', () => {
    pad.clear();
    for (const { view } of sides) view.clear();
    told.textContent = 'Cleared.';
    delete document.body.dataset['seen'];
  });
  DIGITS.forEach((strokes, digit) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = String(digit);
    button.addEventListener('click', () => {
      pad.draw(strokes);
      void look();
    });
    find(document, '#digits').append(button);
  });
  verdict.textContent = 'Draw a digit to see both.';
  document.body.dataset['ready'] = 'true';
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** What the script that prepares the model has written. */
interface About {
  readonly sparsity: number;
  readonly accuracy: number;
  readonly denseBytes: number;
  readonly sparseBytes: number;
}

function aboutText({ sparsity, accuracy, denseBytes, sparseBytes }: About): string {
  const kilobytes = (bytes: number) => `${Math.round(bytes / 1000)} kB`;
  const percent = (share: number) => `${+(100 * share).toFixed(1)} %`;
  return `A net of which ${percent(sparsity)} of the weights were pruned (${percent(accuracy)} of the digits of MNIST right) runs twice: on TensorFlow.js, which multiplies the zeros (${kilobytes(denseBytes)}), and on sparse kernels, which skip them (${kilobytes(sparseBytes)}).`;
}
