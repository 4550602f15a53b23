import * as tf from '@tensorflow/tfjs';
import type { Checkpoint, StoredTensor } from './checkpoint.ts';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** What a strategy or a scorer has put into the run's keeping: it goes into checkpoints and comes back after a kill. */
export interface Keeping {
  /** A tensor to write to with `assign`; `make` gives its first value. The run disposes it. */
  tensor(name: string, make: () => tf.Tensor): tf.Variable;
  /** A plain value to write to through `current`. */
  value<T extends Json>(name: string, initial: T): { current: T };
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

  value<T extends Json>(name: string, initial: T): { current: T } {
    let value = this.values.get(name);
    if (value === undefined) {
      value = { current: initial };
      this.values.set(name, value);
    }
    return value as { current: T };
  }

  async save(): Promise<Pick<Checkpoint, 'keptTensors' | 'keptValues'>> {
    const keptTensors: Record<string, StoredTensor> = {};
    for (const [name, variable] of this.tensors) {
      keptTensors[name] = { shape: [...variable.shape], data: Float32Array.from(await variable.data()) };
    }
    const keptValues = Object.fromEntries([...this.values].map(([name, { current }]) => [name, current]));
    return { keptTensors, keptValues };
  }

  restore({ keptTensors, keptValues }: Pick<Checkpoint, 'keptTensors' | 'keptValues'>): void {
    for (const [name, { shape, data }] of Object.entries(keptTensors)) this.tensor(name, () => tf.tensor(data, [...shape]));
    for (const [name, value] of Object.entries(keptValues)) this.value(name, value);
  }

  dispose(): void {
    for (const variable of this.tensors.values()) variable.dispose();
    this.tensors.clear();
  }
}
