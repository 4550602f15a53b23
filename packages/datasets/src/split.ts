import { EspalierError, pickSamples, Random, type Samples } from '@espalier/core';

export interface Split {
  /** The share of the samples that is set aside for testing. */
  readonly share: number;
  readonly seed: number;
  /** The class of each sample, where every class shall keep its share in both parts. */
  readonly labels?: ArrayLike<number>;
  /** What is split, for the message. */
  readonly where: string;
}

/** Sets a share of the samples aside for testing, by the seed; both parts keep the order of the samples. */
export function splitSamples(samples: Samples, { share, seed, labels, where }: Split): { train: Samples; test: Samples } {
  const isTest = new Uint8Array(samples.size);
  let wanted = 0;
  let taken = 0;
  for (const [name, members] of groups(samples.size, labels)) {
    // Small classes share what is left of rounding; each keeps a sample to learn from.
    wanted += members.length * share;
    const count = Math.min(members.length - 1, Math.round(wanted) - taken);
    taken += count;
    const order = Random.of(seed, 'test split', name).permutation(members.length);
    for (const position of order.subarray(0, count)) isTest[members[position] as number] = 1;
  }
  const positions = Array.from(isTest.keys());
  const train = positions.filter((position) => isTest[position] === 0);
  const test = positions.filter((position) => isTest[position] === 1);
  if (train.length === 0 || test.length === 0) {
    const what = `a test split of ${share} leaves ${train.length} samples to train with and ${test.length} to test with, of ${samples.size}`;
    throw new EspalierError({ where, what, remedy: 'Choose another testSplit' });
  }
  return { train: pickSamples(samples, train), test: pickSamples(samples, test) };
}

function groups(size: number, labels: ArrayLike<number> | undefined): Map<number, number[]> {
  const members = new Map<number, number[]>();
  for (let i = 0; i < size; i++) {
    const label = labels?.[i] ?? 0;
    const group = members.get(label);
    if (group === undefined) members.set(label, [i]);
    else group.push(i);
  }
  return members;
}
