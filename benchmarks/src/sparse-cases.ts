import type { PrunedNet } from './workers/pruned-models.ts';

/** A pruned model that sparse kernels are measured on. */
export interface SparseCase {
  readonly net: PrunedNet;
  readonly label: string;
  readonly sparsity: number;
  /** How many times as fast as tfjs-backend-wasm and as tfjs-node it is to be, a sample at a time. */
  readonly goals: { readonly wasm: number; readonly tensorflow: number | null };
}

export const SPARSE_CASES: readonly SparseCase[] = [
  { net: 'lenet-300-100', label: 'LeNet-300-100', sparsity: 0.95, goals: { wasm: 8, tensorflow: 10 } },
  { net: 'lenet-5', label: 'LeNet-5', sparsity: 0.9, goals: { wasm: 5, tensorflow: 3 } },
  { net: 'mobilenet', label: 'MobileNetV2', sparsity: 0.9, goals: { wasm: 4, tensorflow: 3.5 } },
  { net: 'mobilenet', label: 'MobileNetV2', sparsity: 0.8, goals: { wasm: 3, tensorflow: null } },
  { net: 'mobilenet', label: 'MobileNetV2', sparsity: 0.5, goals: { wasm: 1.6, tensorflow: null } },
  { net: 'mobilenet', label: 'MobileNetV2', sparsity: 0, goals: { wasm: 1, tensorflow: null } },
  { net: 'resnet', label: 'ResNet-20 (32×32)', sparsity: 0.9, goals: { wasm: 5, tensorflow: 2 } },
];

export function nameOf({ label, sparsity }: Pick<SparseCase, 'label' | 'sparsity'>, batch = 1): string {
  return `${label}, ${Math.round(sparsity * 100)} % zeros${batch === 1 ? '' : `, batch ${batch}`}`;
}
