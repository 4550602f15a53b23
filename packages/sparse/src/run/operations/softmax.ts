import type { Operation } from '../binding.ts';
import { groupsOf } from '../groups.ts';

/** exp(x) / Σ exp(x) over groups of numbers. */
export const softmax: Operation = (bind) => {
  const source = bind.read(0);
  const target = bind.write(0);
  const { starts, members } = groupsOf(bind, Math.min(source.size, target.size));
  const isLog = bind.flag('log');
  const { floats } = bind;
  return () => {
    for (const start of starts) {
      const from = source.at + start;
      const to = target.at + start;
      let most = Number.NEGATIVE_INFINITY;
      for (const member of members) most = Math.max(most, floats[from + member] as number);
      let sum = 0;
      for (const member of members) sum += Math.exp((floats[from + member] as number) - most);
      const log = most + Math.log(sum);
      for (const member of members) {
        const x = floats[from + member] as number;
        floats[to + member] = isLog ? x - log : Math.exp(x - most) / sum;
      }
    }
  };
};
