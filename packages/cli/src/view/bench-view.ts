import type { Bench } from '../bench-model.ts';
import { type BenchedForm, nameOf, type Shipped } from '../what-to-ship.ts';
import { facts } from './facts.ts';
import { bytes, milliseconds, percent, plural, shape, times } from './format.ts';
import { type TableOptions, table } from './table.ts';

/** Where a form is run, as its user calls it. */
const PLACES = { tensorflow: 'tfjs-node', wasm: 'tfjs wasm', none: 'no tfjs' } as const;

/** Each form on each backend, what to ship of it, and what could not be measured. */
export function benchView(bench: Bench, options: TableOptions): string {
  const { measured, missing, sparse, ship, inputs } = bench;
  const reference = measured.find(({ form, backend }) => backend === 'wasm' && (form === 'dense' || form === 'masked'));
  return [
    table(
      [
        { title: 'form' },
        { title: 'on' },
        { title: 'threads', align: 'right' },
        { title: 'median', align: 'right' },
        { title: 'half within', align: 'right' },
        { title: 'speed', align: 'right' },
      ],
      measured.map((each) => rowOf(each, reference)),
      options,
    ),
    '',
    facts(
      [
        reference === undefined ? undefined : ['speed', `1× is ${nameOf(reference)}`],
        ['input', `one sample of ${inputs.map((one) => `[${shape(one)}]`).join(', ')}`],
        ['zeros', zerosText(bench)],
        sparse === null ? undefined : ['sparse', sparseText(sparse)],
        ...missing.map(({ form, backend, why }): [string, string] => [
          'missing',
          `${form === 'all' ? PLACES[backend] : nameOf({ form, backend })}: ${why}`,
        ]),
        ...shipLines(ship.browser, 'in a page'),
        ...shipLines(ship.node, 'in Node'),
        ['', 'WebGL and WebGPU are not measured: they are a page’s, and read results back slowly for one small sample'],
      ],
      options,
    ),
  ].join('\n');
}

function rowOf({ form, backend, threads, latencyMs, lowMs, highMs }: BenchedForm, reference: BenchedForm | undefined): string[] {
  const range = `${milliseconds(lowMs).replace(/ ms$/, '')} – ${milliseconds(highMs)}`;
  const faster = reference === undefined ? '' : times(reference.latencyMs / latencyMs);
  return [form, PLACES[backend], threads === null ? '' : String(threads), milliseconds(latencyMs), range, faster];
}

function zerosText({ sparsity, frozenLayers }: Bench): string {
  if (sparsity === 0) return 'none: sparse kernels have nothing to skip; --sparsity 0.9 shows what pruning would gain';
  if (frozenLayers === 0) return percent(sparsity);
  return `${percent(sparsity)} of what can be pruned; ${plural(frozenLayers, 'layer')} frozen by trainable: false stay as they are`;
}

function sparseText({ layers, sparseLayers, variant, bytes: file, maxDifference }: NonNullable<Bench['sparse']>): string {
  const same = maxDifference === 0 ? 'same outputs' : `outputs the same to ${maxDifference.toExponential(0)}`;
  return `${sparseLayers} of ${plural(layers, 'layer')} with weights on a sparse kernel, ${variant}; ${bytes(file)} as a file, ${same}`;
}

function shipLines(shipped: Shipped | undefined, where: string): [string, string][] {
  return shipped === undefined ? [] : [['ship', `${where}: ${nameOf(shipped)}; ${shipped.why}`]];
}
