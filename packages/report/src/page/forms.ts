import type { Cost, Quality } from '../compare/costs.ts';
import type { Figure } from '../compare/figures.ts';
import { qualityText } from './format.ts';
import type { ViewRow } from './view.ts';

/** What a setting gives: the dense model that it starts from, the masked one, that without what is dead, and the last of them on sparse kernels. */
export type Form = 'dense' | 'masked' | 'shrunk' | 'sparse';

const FIGURES: Readonly<Record<Exclude<Form, 'sparse'>, Readonly<Record<Quality | Cost, Figure>>>> = {
  dense: {
    accuracy: 'denseAccuracy',
    loss: 'denseLoss',
    bytes: 'denseBytes',
    macs: 'denseMacs',
    nonzero: 'denseNonzero',
    latencyMs: 'denseLatencyMs',
  },
  masked: { accuracy: 'accuracy', loss: 'loss', bytes: 'bytes', macs: 'macs', nonzero: 'nonzero', latencyMs: 'latencyMs' },
  shrunk: {
    accuracy: 'shrunkAccuracy',
    loss: 'shrunkLoss',
    bytes: 'shrunkBytes',
    macs: 'shrunkMacs',
    nonzero: 'shrunkNonzero',
    latencyMs: 'shrunkLatencyMs',
  },
};

/** What sparse kernels change; as good it is as the model that it was made of. */
const SPARSE: Readonly<Partial<Record<Cost, Figure>>> = { bytes: 'sparseBytes', latencyMs: 'sparseLatencyMs' };

/** One form of a setting's model: what it costs, and how good it is. */
export interface FormPoint {
  readonly one: ViewRow;
  readonly form: Form;
  readonly cost: number;
  readonly worth: number;
  readonly label: string;
}

/** Settings without those figures have no point; one of a dense model stands for all settings that start from it. */
export function formPoints(rows: readonly ViewRow[], form: Form, { cost, quality }: { cost: Cost; quality: Quality }): FormPoint[] {
  const seen = new Set<string>();
  return rows.flatMap((one) => {
    const its = FIGURES[form !== 'sparse' ? form : one.figures.shrunkBytes === undefined ? 'masked' : 'shrunk'];
    const priced = form === 'sparse' ? SPARSE[cost] : its[cost];
    const [price, worth] = [priced && one.figures[priced]?.mean, one.figures[its[quality]]?.mean];
    // A logarithmic axis has no place for zero.
    if (price === undefined || worth === undefined || price <= 0) return [];
    const same = form === 'dense' ? `${one.row.problem} ${worth} ${cost === 'latencyMs' ? '' : price}` : String(one.id);
    if (seen.has(same)) return [];
    seen.add(same);
    const name = form === 'dense' ? ['dense', one.row.problem].filter(Boolean).join(', ') : `${one.label}, ${form}`;
    return [{ one, form, cost: price, worth, label: `${name}: ${quality} ${qualityText(worth, quality)}` }];
  });
}
