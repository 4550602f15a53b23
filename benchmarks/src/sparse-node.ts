import type { Benchmark, Comparison } from './benchmark.ts';
import { worker } from './commands.ts';
import type { Figures } from './figures.ts';
import { type NodeVersion, nodesOf } from './node-versions.ts';
import type { Row } from './row.ts';
import { nameOf, SPARSE_CASES, type SparseCase } from './sparse-cases.ts';
import type { VariantsWork } from './workers/sparse-variants.ts';

/** Beside the oldest that is supported. */
const MAJORS = [20, 22, 24];
const DENSE = 'tfjs-backend-wasm, dense';
const SIMD = 'without relaxed SIMD';

/** Those that need no training. */
const CASES = SPARSE_CASES.filter(({ net, sparsity }) => net !== 'lenet-5' && sparsity >= 0.5);

export const sparseNode: Benchmark = {
  name: 'sparse-node',
  about:
    'Sparse models on several versions of Node, in turns, each in a process of its own with the same model on tfjs-backend-wasm, one sample at a time, one thread. ' +
    'The versions are those that `npx -p node@MAJOR` gives. The LeNet has weights drawn at random, each layer pruned by their magnitude; the others are those of `sparse`. ' +
    'Relaxed SIMD is what newer engines have, and Node 20 does not: there the kernels multiply and add in one instruction.',
  contests() {
    const nodes = nodesOf(MAJORS);
    return CASES.map((each) => ({
      title: `${nameOf(each)}, on Node ${nodes.map(({ version }) => version).join(', ')}`,
      rounds: 7,
      runners: Object.fromEntries(
        nodes.map(({ program, version }) => {
          const work: VariantsWork = { net: each.net, sparsities: [each.sparsity], withSimd: true };
          return [version, worker('sparse-variants', work, { node: program })];
        }),
      ),
      compare: (figures) => nodes.flatMap(({ version }) => rowsOf(figures, each, version, nodes)),
    }));
  },
  passage: { page: 'sparse.md', lines: passageOf },
};

function rowsOf(figures: Figures, each: SparseCase, version: string, [oldest]: readonly NodeVersion[]): Comparison[] {
  const ours = (node: string) => figures.median(node, `sparse ${each.sparsity}`);
  const row = { work: workOf(each, version), ours: ours(version), unit: 'ms' };
  const dense = { ...row, peer: DENSE, theirs: figures.median(version, 'dense'), goal: each.goals.wasm };
  if (oldest === undefined || oldest.version === version) return [dense];
  return [
    dense,
    { ...row, peer: SIMD, theirs: figures.median(version, `simd ${each.sparsity}`), goal: null },
    { ...row, peer: oldestPeer(oldest.version), theirs: ours(oldest.version), goal: null },
  ];
}

function workOf(each: SparseCase, version: string): string {
  return `${nameOf(each)}, Node ${version}`;
}

function oldestPeer(version: string): string {
  return `Node ${version}`;
}

/** How much better newer versions are, for the page on sparse models. */
function passageOf(rows: readonly Row[]): string[] {
  const versions = [...new Set(rows.flatMap(({ work }) => work.match(/, Node ([\d.]+)$/)?.[1] ?? []))];
  const [oldest] = versions;
  if (oldest === undefined) return [];
  const times = (each: SparseCase, version: string, peer: string) => {
    const ratio = rows.find((row) => row.work === workOf(each, version) && row.peer === peer)?.ratio;
    return ratio == null ? '–' : `${ratio.toFixed(ratio < 10 ? 2 : 1)}×`;
  };
  return [
    `Newer versions of Node have relaxed SIMD, which ${oldest} does not have. How many times as fast the same sparse models are there:`,
    '',
    `| model | ${versions.map((version) => `Node ${version}, against tfjs-backend-wasm dense`).join(' | ')} |`,
    `| --- | ${versions.map(() => '--:').join(' | ')} |`,
    ...CASES.map((each) => `| ${nameOf(each)} | ${versions.map((version) => times(each, version, DENSE)).join(' | ')} |`),
    '',
    `| model | ${versions
      .slice(1)
      .map((version) => `Node ${version}, against Node ${oldest} | of that by relaxed SIMD`)
      .join(' | ')} |`,
    `| --- | ${versions
      .slice(1)
      .map(() => '--: | --:')
      .join(' | ')} |`,
    ...CASES.map((each) => {
      const cells = versions.slice(1).map((version) => `${times(each, version, oldestPeer(oldest))} | ${times(each, version, SIMD)}`);
      return `| ${nameOf(each)} | ${cells.join(' | ')} |`;
    }),
  ];
}
