import type { Figure } from './figures.ts';

/** What is wanted of a model: right answers; a low loss where there are no classes. */
export type Quality = 'accuracy' | 'loss';

/** What a model costs whoever uses it. */
export const COSTS = ['bytes', 'macs', 'nonzero', 'latencyMs'] as const satisfies readonly Figure[];
export type Cost = (typeof COSTS)[number];
