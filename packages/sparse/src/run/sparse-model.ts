import { EspalierError } from '@espalier/core/errors';
import { sectionPlace } from '../format/layout.ts';
import { write } from '../format/write.ts';
import { instantiateKernels, supportedVariants, VARIANTS, type Variant } from '../kernels/instantiate.ts';
import type { Kernels } from '../kernels/kernels.ts';
import { MEMORY_BASE, READ_AHEAD } from '../kernels/layout.ts';
import { assignBuffers } from '../plan/assign-buffers.ts';
import type { CompiledModel, LayerReport, Plan, Port, Section } from '../plan/plan.ts';
import { aligned, plainStrides, sizeOf, storageStrides } from '../plan/storage.ts';
import { batched } from './batched.ts';
import { Binding, type PlacedSection, type Span, type Workplace } from './binding.ts';
import { type Samples, type SparseInput, samplesOf } from './input.ts';
import { limitsOf } from './limits.ts';
import { operationOf } from './operations/index.ts';
import { type SaveTarget, save } from './save.ts';
import { type Copier, copier } from './strided-copy.ts';

export interface SparseOptions {
  /** Which kernels to use, where not the fastest ones that run here: `plain` runs anywhere. */
  readonly variant?: Variant;
  /**
   * Samples to compute at once where a batch has as many, of nets of dense layers alone, which then read each weight once
   * for all of them; it takes the memory of the weights twice. Others compute one after the other.
   */
  readonly batch?: number;
  /** The most memory that it may take, in bytes, with that of `batch`; 1 GiB where nothing is said. */
  readonly maxBytes?: number;
}

export interface PredictOptions {
  /** What to write the results into, one array for each output, in place of new ones. */
  readonly out?: Float32Array | readonly Float32Array[];
}

/** In bytes. */
export interface SparseMemory {
  /** As they are stored: values and indices. */
  readonly weights: number;
  /** Those that live at the same time; places are used again. */
  readonly activations: number;
  /** All that `maxBytes` counts: both, and what lies before, between and after them for the kernels. */
  readonly total: number;
}

/** For one input; for several, in order or by their names. */
export type SparseInputs = SparseInput | readonly SparseInput[] | Readonly<Record<string, SparseInput>>;

const PAGE = 65_536;

interface Gate {
  readonly port: Port;
  readonly size: number;
  readonly at: number;
  readonly copy: Copier;
}

/** A compiled model: it runs wherever there is WebAssembly, and needs nothing else. */
export class SparseModel {
  /** The kernels that it runs on: `relaxed` and `simd` on vectors, `plain` on engines without them. */
  readonly kernels: Variant;
  private readonly plan: Plan;
  private readonly inputs: readonly Gate[];
  private readonly outputs: readonly Gate[];
  private place: { readonly workplace: Workplace; readonly run: readonly (() => void)[]; readonly memory: SparseMemory } | undefined;

  /** What computes `batch` samples at once, where the option asks for it and the net is one that can. */
  private readonly many: { readonly model: SparseModel; readonly batch: number } | undefined;

  private constructor(plan: Plan, kernels: Variant, workplace: Workplace, memory: SparseMemory, many: SparseModel['many']) {
    this.plan = plan;
    this.many = many;
    this.kernels = kernels;
    const gate = (port: Port, isInput: boolean): Gate => {
      const [plain, stored] = [plainStrides(port.shape), storageStrides(port.shape)];
      const [from, to] = isInput ? [plain, stored] : [stored, plain];
      const { at } = workplace.buffers[port.buffer] as Span;
      return { port, size: sizeOf(port.shape), at, copy: copier({ sizes: port.shape, from, to }) };
    };
    this.inputs = plan.inputs.map((port) => gate(port, true));
    this.outputs = plan.outputs.map((port) => gate(port, false));
    const run = plan.steps.map((step) => {
      const binding = new Binding(step, workplace);
      return (operationOf(step.operation) ?? binding.refuse(`there is no operation ${step.operation}`))(binding);
    });
    this.place = { workplace, run, memory };
  }

  /**
   * Lays out the memory and puts the weights into it.
   *
   * @throws EspalierError where there is no WebAssembly, too little memory, or a plan that does not hold together.
   */
  static async create(compiled: CompiledModel, options: SparseOptions = {}): Promise<SparseModel> {
    const { batch, maxBytes } = limitsOf(options);
    return SparseModel.within(maxBytes, compiled, batch, variantOf(options.variant));
  }

  private static async within(most: number, compiled: CompiledModel, batch: number, variant: Variant): Promise<SparseModel> {
    const { plan, sections } = compiled;
    const assignment = assignBuffers(plan);
    let end = MEMORY_BASE;
    const pointers = sections.map(({ byteLength }) => {
      const pointer = end;
      end = sectionPlace(end + byteLength);
      return pointer;
    });
    const weights = sections.reduce((sum, { byteLength }) => sum + byteLength, 0);
    const activations = assignment.total * 4;
    const bytes = end + activations + READ_AHEAD;
    if (bytes > most) {
      throw new EspalierError({
        where: `sparse model "${plan.name}"`,
        what: `it takes ${bytes} bytes, and may take ${most}`,
        remedy: 'Give more with the option maxBytes, if the file is one that you trust',
      });
    }
    const memory = memoryOf(bytes);
    const kernels = await kernelsOf(memory, variant);
    const placed = sections.map((section, i) => placedAt(memory, pointers[i] as number, section));
    const start = end / 4;
    const buffers = plan.buffers.map((size, i) => ({ at: start + (assignment.places[i] as number), size: aligned(size) }));
    const columns = batch > 1 ? batched(compiled, batch) : undefined;
    const many = columns && { model: await SparseModel.within(most - bytes, columns, 1, variant), batch };
    const workplace = { kernels, floats: new Float32Array(memory.buffer), buffers, sections: placed };
    return new SparseModel(plan, variant, workplace, { weights, activations, total: bytes }, many);
  }

  /**
   * What the model's one output gives: numbers in the model's order, sample after sample.
   *
   * @throws EspalierError saying what was expected and what was given, or that there are several outputs.
   */
  predict(input: SparseInputs, options?: PredictOptions): Float32Array {
    if (this.outputs.length === 1) return this.predictAll(input, options)[0] as Float32Array;
    throw new EspalierError({
      where: `sparse model "${this.plan.name}"`,
      what: `it has ${this.outputs.length} outputs (${namesOf(this.outputs)})`,
      remedy: 'Call predictAll, which gives an array for each',
    });
  }

  /**
   * What each of the model's outputs gives, in order: numbers in the model's order, sample after sample.
   *
   * @throws EspalierError saying what was expected and what was given.
   */
  predictAll(input: SparseInputs, options: PredictOptions = {}): Float32Array[] {
    this.alive();
    const samples = this.given(input).map((each, i) => samplesOf(each, (this.inputs[i] as Gate).port));
    const count = samples[0]?.count ?? 1;
    samples.forEach((each, i) => {
      if (each.count !== count) {
        throw new EspalierError({
          where: `input "${this.inputs[i]?.port.name}"`,
          what: `has ${each.count} samples, and "${this.inputs[0]?.port.name}" has ${count}`,
          remedy: 'Give as many samples to each input',
        });
      }
    });
    const results = this.results(count, options.out);
    const { model, batch } = this.many ?? { batch: count + 1 };
    const together = Math.floor(count / batch);
    model?.compute(samples, results, 0, together);
    this.compute(samples, results, together * batch, count);
    return results;
  }

  /** Samples from `first` on, before `end`. */
  private compute(samples: readonly Samples[], results: readonly Float32Array[], first: number, end: number): void {
    const { workplace, run } = this.alive();
    const { floats } = workplace;
    for (let sample = first; sample < end; sample++) {
      for (let i = 0; i < samples.length; i++) {
        const { copy, size, at } = this.inputs[i] as Gate;
        copy((samples[i] as Samples).values, sample * size, floats, at);
      }
      for (let i = 0; i < run.length; i++) (run[i] as () => void)();
      for (let i = 0; i < results.length; i++) {
        const { copy, size, at } = this.outputs[i] as Gate;
        copy(floats, at, results[i] as Float32Array, sample * size);
      }
    }
  }

  /** Names and shapes of one sample, in order. */
  get inputPorts(): readonly { readonly name: string; readonly shape: readonly number[] }[] {
    return this.plan.inputs.map(({ name, shape }) => ({ name, shape }));
  }

  get outputPorts(): readonly { readonly name: string; readonly shape: readonly number[] }[] {
    return this.plan.outputs.map(({ name, shape }) => ({ name, shape }));
  }

  /** Each layer with weights: its zeros, the kernel that was chosen, and how much faster than the dense one it should be. */
  describe(): readonly LayerReport[] {
    return this.plan.layers;
  }

  /** What it takes, with the option `batch` for both ways to compute. */
  get memory(): SparseMemory {
    const { memory } = this.alive();
    const many = this.many?.model.memory;
    if (many === undefined) return memory;
    return {
      weights: memory.weights + many.weights,
      activations: memory.activations + many.activations,
      total: memory.total + many.total,
    };
  }

  /** As one file's bytes, for `loadSparse`. */
  toBytes(): Uint8Array<ArrayBuffer> {
    const { workplace } = this.alive();
    return write({ plan: this.plan, sections: workplace.sections.map(({ values }) => values) });
  }

  /** Writes one file: to a path (in Node), or to what takes bytes. */
  async save(target: SaveTarget): Promise<void> {
    await save(this.toBytes(), target);
  }

  /** Gives its memory back. */
  dispose(): void {
    this.many?.model.dispose();
    this.place = undefined;
  }

  private alive(): NonNullable<SparseModel['place']> {
    if (this.place !== undefined) return this.place;
    throw new EspalierError({
      where: `sparse model "${this.plan.name}"`,
      what: 'it is disposed',
      remedy: 'Use it before dispose(), or load it again',
    });
  }

  private given(input: unknown): readonly unknown[] {
    const count = this.inputs.length;
    if (count === 1 && !isNamed(input)) return Array.isArray(input) && input.length === 1 && typeof input[0] !== 'number' ? input : [input];
    const all = isNamed(input) ? this.inputs.map(({ port }) => input[port.name]) : input;
    const missing = isNamed(input) ? this.inputs.find(({ port }) => input[port.name] === undefined) : undefined;
    if (Array.isArray(all) && all.length === count && missing === undefined) return all;
    throw new EspalierError({
      where: `sparse model "${this.plan.name}"`,
      what: `expected ${count} input${count === 1 ? '' : 's'} (${namesOf(this.inputs)})${missing === undefined ? '' : `, and was given no "${missing.port.name}"`}`,
      remedy: 'Give an array of them in this order, or an object with these names',
    });
  }

  private results(count: number, out: PredictOptions['out']): Float32Array[] {
    if (out === undefined) return this.outputs.map(({ size }) => new Float32Array(count * size));
    const given = (out instanceof Float32Array ? [out] : [...out]) as Float32Array[];
    this.outputs.forEach(({ port, size }, i) => {
      if (given[i] instanceof Float32Array && given[i].length >= count * size) return;
      throw new EspalierError({
        where: `output "${port.name}"`,
        what: `expected room for ${count * size} numbers in out, and there is ${given[i]?.length ?? 'none'}`,
        remedy: `Give a Float32Array of at least ${count * size} for it`,
      });
    });
    return given.slice(0, this.outputs.length);
  }
}

function namesOf(gates: readonly Gate[]): string {
  return gates.map(({ port }) => `"${port.name}"`).join(', ');
}

function isNamed(input: unknown): input is Readonly<Record<string, unknown>> {
  return typeof input === 'object' && input !== null && Object.getPrototypeOf(input) === Object.prototype && !('dataSync' in input);
}

function placedAt({ buffer }: WebAssembly.Memory, pointer: number, section: Section): PlacedSection {
  const values = new (section.constructor as Float32ArrayConstructor)(buffer, pointer, section.length);
  values.set(section);
  return { pointer, values };
}

function memoryOf(bytes: number): WebAssembly.Memory {
  const pages = Math.ceil(bytes / PAGE);
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: pages });
  } catch (error) {
    throw new EspalierError(
      { what: `there is no memory for a sparse model of ${bytes} bytes`, remedy: 'Dispose models that are no longer needed' },
      { cause: error },
    );
  }
}

function variantOf(wanted: Variant | undefined): Variant {
  const supported = supportedVariants();
  const [fastest] = supported;
  const variant = wanted ?? fastest;
  if (variant !== undefined && supported.includes(variant)) return variant;
  throw new EspalierError({
    what: fastest === undefined ? 'this engine runs no WebAssembly' : `this engine runs no "${wanted}" kernels`,
    remedy:
      fastest === undefined
        ? 'Run the model on tfjs here'
        : `Leave out the option variant, or take one of ${supported.join(', ')} (of ${VARIANTS.join(', ')})`,
  });
}

/** What an engine says whose page forbids WebAssembly. */
const FORBIDDEN = /unsafe-eval|Content Security Policy|blocked by CSP|disallowed by embedder/i;

async function kernelsOf(memory: WebAssembly.Memory, variant: Variant): Promise<Kernels> {
  try {
    return await instantiateKernels(memory, variant);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new EspalierError(
      FORBIDDEN.test(message)
        ? {
            what: 'the page does not allow WebAssembly',
            why: 'its content security policy has no word of it',
            remedy: "Allow it with script-src 'self' 'wasm-unsafe-eval'",
          }
        : {
            what: 'the kernels of the sparse model do not start',
            why: message,
            remedy: /DecompressionStream/.test(message) ? 'Give this engine a DecompressionStream: it unpacks them' : undefined,
          },
      { cause: error },
    );
  }
}
