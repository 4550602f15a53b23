import type { Checkpoint, CheckpointStore } from '@espalier/core';

/** A store that keeps copies, as a file would. */
export class MemoryStore implements CheckpointStore {
  saved: Checkpoint | null = null;

  async load(): Promise<Checkpoint | null> {
    return structuredClone(this.saved);
  }

  async save(checkpoint: Checkpoint): Promise<void> {
    const copy = structuredClone(checkpoint);
    // In a file these go through JSON: what does not survive that is not resumed from.
    const { finished, loop, keptValues, random } = JSON.parse(JSON.stringify(copy)) as Checkpoint;
    this.saved = { ...copy, finished, loop, keptValues, random };
  }
}
