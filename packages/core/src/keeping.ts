import * as tf from '@tensorflow/tfjs';
import type { Checkpoint, StoredTensor } from './checkpoint.ts';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** What a strategy or a scorer has put into the run's keeping: it goes into checkpoints and comes back after a kill. */
export interface Keeping {
  /** A tensor to write to with `assign`; `make` gives its first value. The run disposes it. */
  tensor(name: string, make: () => tf.Tensor): tf.Variable;
  /** A plain value to write to through `current`: `keep.value('rounds done', 0).current += 1`. */
  readonly value: KeptValue;
}

/** For a number the type is `number` and not the literal that it starts from. */
export interface KeptValue {
  (name: string, initial: number): { current: number };
  (name: string, initial: boolean): { current: boolean };
  (name: string, initial: string): { current: string };
  <T extends Json>(name: string, initial: T): { current: T };
}

/** The keeping of one run: tensors and values by name, made on first use. Dispose it with the run. */
export class RunKeeping implements Keeping {
  private readonly tensors = new Map<string, tf.Variable>();
  private readonly values = new Map<string, { current: Json }>();

  tensor(name: string, make: () => tf.Tensor): tf.Variable {
    let variable = this.tensors.get(name);
    if (variable === undefined) {
      const first = tf.tidy(make);
      variable = tf.variable(first, false);
      first.dispose();
      this.tensors.set(name, variable);
    }
    return variable;
  }

  readonly value: KeptValue = (name: string, initial: Json) => {
    let value = this.values.get(name);
    if (value === undefined) {
      value = { current: initial };
      this.values.set(name, value);
    }
    return value as never;
  };

  /** How many tensors are in here. */
  get tensorCount(): number {
    return this.tensors.size;
  }

  async save(): Promise<Pick<Checkpoint, 'keptTensors' | 'keptValues'>> {
    const keptTensors: Record<string, StoredTensor> = {};
    for (const [name, variable] of this.tensors) {
      keptTensors[name] = { shape: [...variable.shape], data: Float32Array.from(await variable.data()) };
    }
    return { keptTensors, keptValues: this.saveValues() };
  }

  /** Copies: a list that is pushed to later must not change what is saved. */
  saveValues(): Record<string, Json> {
    return Object.fromEntries([...this.values].map(([name, { current }]) => [name, structuredClone(current)]));
  }

  /** Those who hold a tensor or a value already find it changed. */
  restore({ keptTensors, keptValues }: Pick<Checkpoint, 'keptTensors' | 'keptValues'>): void {
    for (const [name, { shape, data }] of Object.entries(keptTensors)) {
      tf.tidy(() => {
        const saved = tf.tensor(data.slice(), [...shape], 'float32');
        this.tensor(name, () => saved.clone()).assign(saved);
      });
    }
    this.restoreValues(keptValues);
  }

  restoreValues(saved: Checkpoint['keptValues']): void {
    for (const [name, value] of Object.entries(saved)) this.value<Json>(name, null).current = structuredClone(value);
  }

  dispose(): void {
    for (const variable of this.tensors.values()) variable.dispose();
    this.tensors.clear();
  }
}
