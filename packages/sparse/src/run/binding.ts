import { EspalierError } from '@espalier/core/errors';
import type { Kernels } from '../kernels/kernels.ts';
import type { Section, Step } from '../plan/plan.ts';
import { sizeOf } from '../plan/storage.ts';

/** Some numbers in the memory of the kernels. */
export interface Span {
  /** The first of them, counted in numbers of four bytes. */
  readonly at: number;
  /** How many there are. */
  readonly size: number;
}

/** A section of the weights, where the kernels find it. */
export interface PlacedSection {
  /** In bytes. */
  readonly pointer: number;
  readonly values: Section;
}

/** All that a model's steps work on. */
export interface Workplace {
  readonly kernels: Kernels;
  /** The whole memory. */
  readonly floats: Float32Array;
  readonly buffers: readonly Span[];
  readonly sections: readonly PlacedSection[];
}

/** Makes of a step what runs it, once all that it says is known to hold: a file may say anything. */
export type Operation = (binding: Binding) => () => void;

/** What is said of a step of which something does not hold. */
export const BROKEN = 'this step of the model does not hold together';

/** One step with the places that it works on. */
export class Binding {
  readonly step: Step;
  readonly floats: Float32Array;
  readonly kernels: Kernels;
  private readonly workplace: Workplace;

  constructor(step: Step, workplace: Workplace) {
    this.step = step;
    this.workplace = workplace;
    this.floats = workplace.floats;
    this.kernels = workplace.kernels;
  }

  /** What it reads; of so many numbers at least, where that is said. */
  read(index: number, size?: number): Span {
    return this.span(this.step.reads[index], size, `input ${index}`);
  }

  write(index: number, size?: number): Span {
    return this.span(this.step.writes[index], size, `output ${index}`);
  }

  reads(): number {
    return this.step.reads.length;
  }

  writes(): number {
    return this.step.writes.length;
  }

  hasWeights(index: number): boolean {
    return index < this.step.weights.length;
  }

  section(index: number): PlacedSection {
    const section = this.workplace.sections[this.step.weights[index] ?? -1];
    return section ?? this.refuse(`it has no weights ${index}`);
  }

  floatSection(index: number, size: number): PlacedSection & { readonly values: Float32Array } {
    const { pointer, values } = this.section(index);
    if (!(values instanceof Float32Array) || values.length !== size)
      return this.refuse(`weights ${index} are ${values.length} numbers, not ${size}`);
    return { pointer, values };
  }

  /** A whole number of at least `least`. */
  count(name: string, least = 0): number {
    const value = this.number(name);
    return Number.isInteger(value) && value >= least && value <= MOST ? value : this.refuse(`${name} is ${value}`);
  }

  number(name: string): number {
    const value = this.step.options[name];
    return typeof value === 'number' ? value : this.refuse(`it has no number ${name}`);
  }

  flag(name: string): boolean {
    return this.step.options[name] === true;
  }

  word(name: string): string {
    const value = this.step.options[name];
    return typeof value === 'string' ? value : this.refuse(`it has no ${name}`);
  }

  has(name: string): boolean {
    return this.step.options[name] !== undefined;
  }

  /** Whole numbers. */
  list(name: string, length?: number): readonly number[] {
    const value = this.step.options[name];
    if (!Array.isArray(value) || value.length > MOST_AXES || !value.every((each) => Number.isInteger(each) && Math.abs(each) <= MOST))
      return this.refuse(`it has no list ${name}`);
    if (length !== undefined && value.length !== length) return this.refuse(`${name} has ${value.length} numbers, not ${length}`);
    return value;
  }

  /** Sizes: whole numbers of at least one. */
  sizes(name: string, length?: number): readonly number[] {
    const sizes = this.list(name, length);
    return sizes.every((size) => size >= 1) && sizeOf(sizes) <= MOST ? sizes : this.refuse(`${name} is ${sizes.join(', ')}`);
  }

  expect(holds: boolean, otherwise: string): void {
    if (!holds) this.refuse(otherwise);
  }

  refuse(why: string): never {
    throw new EspalierError({
      where: `${this.step.layer} (${this.step.operation})`,
      what: BROKEN,
      why,
      remedy: 'The file is damaged, or of another version: compile the model anew with compileSparse and save it',
    });
  }

  private span(buffer: number | undefined, size: number | undefined, what: string): Span {
    const span = this.workplace.buffers[buffer ?? -1] ?? this.refuse(`it has no ${what}`);
    if (size !== undefined && span.size < size) return this.refuse(`${what} is ${span.size} numbers, not ${size}`);
    return span;
  }
}

const MOST = 2 ** 31;
const MOST_AXES = 16;
