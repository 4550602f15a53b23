import type { RunResult } from '@espalier/experiment';
import { milliseconds, percent, seconds } from './format.ts';
import { type TableOptions, table } from './table.ts';

/** Where the time of a run went: seconds, the share of all, and what each cut took of it. */
export function profileTable({ timing }: RunResult, options: TableOptions): string {
  const { denseS, pruneS, measureS, saveS, shrinkS = 0, profile } = timing;
  if (profile === undefined) return 'This record is of before profiles: --fresh makes one.';
  const { scoringS, thresholdsS, masksS, trainingS, evaluationS, ioS, cuts } = profile;
  const total = denseS + pruneS + measureS + saveS + shrinkS;
  const known = scoringS + thresholdsS + masksS + trainingS + evaluationS + ioS;
  const row = (name: string, spent: number, isOfCuts = false) => [
    name,
    seconds(spent),
    total > 0 ? percent(spent / total) : '–',
    isOfCuts && cuts > 0 ? milliseconds((1000 * spent) / cuts) : '',
  ];
  return table(
    [{ title: '' }, { title: 'time', align: 'right' }, { title: 'share', align: 'right' }, { title: 'per cut', align: 'right' }],
    [
      row('training of the dense model', denseS),
      row('scoring', scoringS, true),
      row('thresholds', thresholdsS, true),
      row('masks', masksS, true),
      row('training', trainingS),
      row('evaluation', evaluationS + measureS),
      row('reading and writing', ioS + saveS),
      ...(shrinkS > 0 ? [row('shrinking', shrinkS)] : []),
      // Restoring weights, drawing orders, the strategy's own work.
      row('the rest of pruning', Math.max(0, pruneS - known)),
      row('all', total),
    ],
    options,
  );
}
