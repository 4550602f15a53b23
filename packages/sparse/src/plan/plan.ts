/**
 * What a compiled model does, as a plain value: which operations run on which activations, one sample at a time.
 * Activations are channels first (C × H·W), whatever order the model's tensors have: the last axis comes first.
 */
export interface Plan {
  readonly name: string;
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  /** How many numbers (float32) each activation has. */
  readonly buffers: readonly number[];
  readonly steps: readonly Step[];
  readonly layers: readonly LayerReport[];
}

/** Where numbers come in or go out. */
export interface Port {
  readonly name: string;
  /** Of one sample, in the model's order: [height, width, channels]. */
  readonly shape: readonly number[];
  readonly buffer: number;
}

/** One operation. */
export interface Step {
  readonly operation: string;
  /** The layer that it is of, as the model has it. */
  readonly layer: string;
  /** Activations, by number. */
  readonly reads: readonly number[];
  readonly writes: readonly number[];
  /** Sections of numbers that do not change, by number. */
  readonly weights: readonly number[];
  readonly options: Readonly<Record<string, Option>>;
}

export type Option = number | string | boolean | readonly number[];

/** Numbers that do not change: values of weights, and where in the weight they are. */
export type Section = Float32Array | Uint32Array | Uint16Array;

/** A plan and what its steps' `weights` are numbers of. */
export interface CompiledModel {
  readonly plan: Plan;
  readonly sections: readonly Section[];
}

/** A layer with weights, and what was chosen for it. */
export interface LayerReport {
  readonly layer: string;
  readonly type: string;
  readonly weights: number;
  /** Of the weights, biases aside. */
  readonly zeros: number;
  readonly kernel: string;
  /** How many times faster than with the dense kernel it is expected to be. */
  readonly gain: number;
}
