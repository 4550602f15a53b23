import { Budget } from '@espalier/core';

/** A budget in equal parts that add up to it: where they cannot be equal, the later ones are a step longer. */
export function partsOf({ steps, stepsPerEpoch }: Budget, parts: number): Budget[] {
  const until = (part: number) => Math.floor((part * steps) / parts);
  return Array.from({ length: parts }, (_, i) => new Budget(until(i + 1) - until(i), stepsPerEpoch));
}
