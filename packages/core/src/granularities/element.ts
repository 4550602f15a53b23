import type { Granularity, GroupSet } from '../granularity.ts';
import type { PrunableParameter } from '../parameter.ts';

/** Every weight by itself: unstructured pruning. */
export class ElementGranularity implements Granularity {
  arrange(parameters: readonly PrunableParameter[]): GroupSet[] {
    return parameters.map((parameter) => ({ count: parameter.size, members: [{ parameter, groups: null }], companions: [] }));
  }
}
