import { type Attribute, type DataType, DT, type GraphNode } from './messages.ts';

/** An output of a node. The first dimension of what depends on the batch is -1. */
export interface Value {
  /** `node`, or `node:1` for a further output. */
  readonly ref: string;
  readonly shape: readonly number[];
  readonly type: DataType;
}

/** A place for a tensor that lives as long as the session: read, fed and updated by nodes. */
export interface Variable {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: DataType;
  /** The resource handle. */
  readonly handle: string;
  /** Its value at the start of a step. */
  readonly read: Value;
  /** What is fed to it. */
  readonly fed: Value;
}

/**
 * What TensorFlow itself puts in place of an op where it is told to use oneDNN. Named here, they are used without
 * giving everything over to oneDNN, and past its broken kernels.
 */
const ONE_DNN = {
  Conv2D: '_MklNativeConv2D',
  Conv2DBackpropInput: '_MklNativeConv2DBackpropInput',
  Conv2DBackpropFilter: '_MklNativeConv2DBackpropFilter',
  MatMul: '_MklMatMul',
  MaxPool: '_MklNativeMaxPool',
  MaxPoolGrad: '_MklNativeMaxPoolGrad',
} as const;
export type OneDnnOp = keyof typeof ONE_DNN;

/** Emits the nodes of a graph, and remembers how each is differentiated: reverse mode, over ops. */
export class Graph {
  readonly nodes: GraphNode[] = [];
  /** Whether oneDNN's kernels are taken where they are faster. */
  readonly hasOneDnn: boolean;
  private readonly names = new Set<string>();
  private readonly tape: { readonly inputs: readonly Value[]; readonly output: Value; readonly backward: Backward }[] = [];
  /** Values that gradients flow to. */
  private readonly wanted = new Set<string>();
  /** Nodes that read a variable in a step: an update must come after them, or it would have to copy. */
  private readonly readers = new Map<string, string[]>();

  constructor({ hasOneDnn = false } = {}) {
    this.hasOneDnn = hasOneDnn;
  }

  /** Adds a node. Its outputs are `name`, `name:1`, … */
  emit(
    op: string,
    inputs: readonly (Value | string)[],
    attributes: Readonly<Record<string, Attribute>> = {},
    hint = op.replace(/^_/, ''),
  ): string {
    const name = this.unique(hint);
    const refs = inputs.map((input) => (typeof input === 'string' ? input : input.ref));
    this.nodes.push({ name, op, inputs: refs, attributes });
    for (const ref of refs) this.readers.get(ref)?.push(name);
    return name;
  }

  /** A float node of one output of this shape. */
  float(
    op: string,
    inputs: readonly (Value | string)[],
    shape: readonly number[],
    attributes: Readonly<Record<string, Attribute>> = {},
  ): Value {
    return { ref: this.emit(op, inputs, { T: { type: DT.float }, ...attributes }), shape, type: DT.float };
  }

  /** A float node of one output of this shape, by oneDNN's kernel of the op where there is one. */
  fast(
    op: OneDnnOp,
    inputs: readonly (Value | string)[],
    shape: readonly number[],
    attributes: Readonly<Record<string, Attribute>> = {},
  ): Value {
    if (!this.hasOneDnn) return this.float(op, inputs, shape, attributes);
    return this.float(ONE_DNN[op], inputs, shape, { ...attributes, _kernel: { string: 'MklNameChangeOp' } });
  }

  constant(data: Float32Array | Int32Array, shape: readonly number[]): Value {
    const type = data instanceof Float32Array ? DT.float : DT.int32;
    return { ref: this.emit('Const', [], { dtype: { type }, value: { tensor: { type, shape, data } } }), shape, type };
  }

  scalar(value: number): Value {
    return this.constant(Float32Array.of(value), []);
  }

  ints(values: readonly number[]): Value {
    return this.constant(Int32Array.from(values), [values.length]);
  }

  input(name: string, shape: readonly number[], type: DataType): Value {
    return { ref: this.emit('Placeholder', [], { dtype: { type }, shape: { shape } }, name), shape, type };
  }

  /** A variable with what feeds it (`NAME/feed`, done when `NAME/fed` is fetched) and what reads it (`NAME/read`). */
  variable(hint: string, shape: readonly number[], type: DataType = DT.float): Variable {
    const name = this.unique(hint);
    const handle = this.emit('VarHandleOp', [], { dtype: { type }, shape: { shape }, shared_name: { string: name } }, `${name}/handle`);
    const feed = this.emit('Placeholder', [], { dtype: { type }, shape: { shape } }, `${name}/feed`);
    const assign = this.emit('AssignVariableOp', [handle, feed], { dtype: { type } }, `${name}/assign`);
    this.emit(
      'Const',
      [`^${assign}`],
      { dtype: { type: DT.int32 }, value: { tensor: { type: DT.int32, shape: [], data: Int32Array.of(1) } } },
      `${name}/fed`,
    );
    const read = this.emit('ReadVariableOp', [handle], { dtype: { type } }, `${name}/read`);
    this.readers.set(read, []);
    return { name, shape, type, handle, read: { ref: read, shape, type }, fed: { ref: feed, shape, type } };
  }

  /** Says that gradients with respect to this value will be asked for. */
  watch(value: Value): void {
    this.wanted.add(value.ref);
  }

  isWatched(value: Value): boolean {
    return this.wanted.has(value.ref);
  }

  /** Remembers how the output's gradient becomes those of its inputs, where any of them is wanted. */
  differentiable(inputs: readonly Value[], output: Value, backward: Backward): Value {
    if (inputs.some((input) => this.isWatched(input))) {
      this.watch(output);
      this.tape.push({ inputs, output, backward });
    }
    return output;
  }

  /** The gradients of the values that were watched, by ref, from those of the outputs. */
  gradients(seeds: readonly { readonly of: Value; readonly gradient: Value }[]): ReadonlyMap<string, Value> {
    const parts = new Map<string, Value[]>();
    const add = (of: Value, gradient: Value) => parts.set(of.ref, [...(parts.get(of.ref) ?? []), gradient]);
    const total = (ref: string): Value | undefined => {
      const all = parts.get(ref);
      const [first] = all ?? [];
      if (all === undefined || first === undefined || all.length === 1) return first;
      const sum = this.float('AddN', all, first.shape, { N: { int: all.length } });
      parts.set(ref, [sum]);
      return sum;
    };
    for (const { of, gradient } of seeds) add(of, gradient);
    for (const { inputs, output, backward } of this.tape.toReversed()) {
      const gradient = total(output.ref);
      if (gradient === undefined) continue;
      const wanted = inputs.map((input) => this.isWatched(input));
      backward(gradient, wanted).forEach((part, i) => {
        if (part !== undefined && wanted[i]) add(inputs[i] as Value, part);
      });
    }
    return new Map([...parts.keys()].map((ref) => [ref, total(ref) as Value]));
  }

  /** Control inputs after which an update of the variable touches memory that nobody reads any more. */
  afterReaders({ read }: Variable): string[] {
    return (this.readers.get(read.ref) ?? []).map((name) => `^${name}`);
  }

  private unique(hint: string): string {
    let name = hint;
    for (let n = 1; this.names.has(name); n++) name = `${hint}_${n}`;
    this.names.add(name);
    return name;
  }
}

/** From the gradient of an output to those of its inputs, in their order; `wanted` says which are asked for. */
export type Backward = (gradient: Value, wanted: readonly boolean[]) => readonly (Value | undefined)[];

export const FLOAT = { type: DT.float } as const;
export const INT = { type: DT.int32 } as const;
