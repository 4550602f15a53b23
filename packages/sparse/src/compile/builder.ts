import type { LayerReport, Option, Section, Step } from '../plan/plan.ts';
import { storedSize } from '../plan/storage.ts';
import { CORRECT, misuse } from './misuse.ts';
import { Packer } from './packer.ts';

/** Numbers under way between two layers, of one sample. */
export interface Value {
  /** In the model's order: [height, width, channels]. */
  readonly shape: readonly number[];
  readonly buffer: number;
  /** Of a Flatten that was not carried out: the numbers are still stored as those of this shape. */
  readonly flattened?: readonly number[];
  /** 1 for each step in time that counts, where there is such a mask; `lost` where it became what no layer can take. */
  readonly mask?: Value | 'lost';
}

/** What a step is made of, but for the layer that it is of. */
export interface StepParts {
  readonly operation: string;
  readonly reads: readonly Value[];
  readonly writes: readonly Value[];
  readonly weights?: readonly Section[];
  readonly options?: Readonly<Record<string, Option>>;
}

/** Collects the steps of a plan, its activations and its weights. */
export class Builder {
  readonly steps: Step[] = [];
  readonly buffers: number[] = [];
  readonly sections: Section[] = [];
  readonly packer = new Packer();
  /** The layer whose steps these are, and its type. */
  layer = '';
  type = '';
  /** The kernel for all layers, where that is not to be chosen. */
  readonly forced: 'sparse' | 'dense' | undefined;
  private readonly reported = new Map<string, LayerReport>();
  /** What is made once of a weight, and used by every call of a shared layer. */
  private readonly made = new Map<unknown, Map<string, unknown>>();
  private readonly sectionNumbers = new Map<Section, number>();

  constructor(forced?: 'sparse' | 'dense') {
    this.forced = forced;
  }

  /** As errors name it. */
  get where(): string {
    return `${this.layer} (${this.type})`;
  }

  get reports(): LayerReport[] {
    return [...this.reported.values()];
  }

  /**
   * What was chosen for one matrix of a layer, or for a part of it that has this name; what it chose for several is put together. Calls of a
   * shared layer count it once.
   */
  report(matrix: Float32Array, part: string, chosen: Omit<LayerReport, 'layer' | 'type'>): void {
    const { layer, type } = this;
    const known = this.reported.get(layer) ?? { weights: 0, zeros: 0, kernel: '', gain: 1 };
    const kernels = new Set([...known.kernel.split(', '), chosen.kernel].filter((each) => each !== ''));
    const counted = this.once(matrix, `counted ${part} ${layer}`, () => ({ times: 0 }));
    const share = counted.times++ === 0 ? 1 : 0;
    this.reported.set(layer, {
      layer,
      type,
      weights: known.weights + share * chosen.weights,
      zeros: known.zeros + share * chosen.zeros,
      kernel: [...kernels].join(', '),
      gain: Math.max(known.gain, chosen.gain),
    });
  }

  /** A new activation. */
  value(shape: readonly number[], size = storedSize(shape)): Value {
    this.buffers.push(size);
    return { shape: [...shape], buffer: this.buffers.length - 1 };
  }

  /** @throws EspalierError naming the layer, where there is something that no file of a sparse model can hold. */
  step({ operation, reads, writes, weights = [], options = {} }: StepParts): void {
    for (const [name, option] of Object.entries(options)) {
      if (isOption(option)) continue;
      const remedy = `${CORRECT}: call.config has what the layer's getConfig gives`;
      misuse(this, `gives the operation "${operation}" a ${name} that is ${String(option)}`, remedy);
    }
    for (const { buffer } of [...reads, ...writes])
      if (this.buffers[buffer] === undefined) misuse(this, `gives the operation "${operation}" something that no operation has made`);
    for (const section of weights)
      if (!isSection(section)) misuse(this, `gives the operation "${operation}" weights that are no Float32Array`);
    this.steps.push({
      operation,
      layer: this.layer,
      reads: reads.map(({ buffer }) => buffer),
      writes: writes.map(({ buffer }) => buffer),
      weights: weights.map((section) => this.sectionNumber(section)),
      options,
    });
  }

  /** What `make` gives, made once for this key and name. */
  once<T>(key: unknown, name: string, make: () => T): T {
    const known = this.made.get(key) ?? new Map<string, unknown>();
    this.made.set(key, known);
    if (!known.has(name)) known.set(name, make());
    return known.get(name) as T;
  }

  private sectionNumber(section: Section): number {
    const known = this.sectionNumbers.get(section);
    if (known !== undefined) return known;
    this.sections.push(section);
    this.sectionNumbers.set(section, this.sections.length - 1);
    return this.sections.length - 1;
  }
}

function isOption(option: Option): boolean {
  if (Array.isArray(option)) return option.every(Number.isFinite);
  return typeof option === 'number' ? Number.isFinite(option) : typeof option === 'string' || typeof option === 'boolean';
}

function isSection(section: Section): boolean {
  return section instanceof Float32Array || section instanceof Uint32Array || section instanceof Uint16Array;
}
