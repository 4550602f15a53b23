import magnitudePlugin from '@espalier/strategy-magnitude';
import { type Asked, type Outcome, TestBed } from '@espalier/testkit';
import plugin from '../index.ts';

export const bed = new TestBed(plugin, magnitudePlugin);

/** Units are cut where nothing else is said. */
export function pruned(asked: Asked): Promise<Outcome> {
  return bed.pruned({ granularity: 'unit', ...asked });
}
