import Pbf from 'pbf';

/** What onnx.proto3 numbers: the element types of tensors, and the types of attributes. */
const ELEMENT = { float: 1, int64: 7 } as const;
const ATTRIBUTE = { float: 1, int: 2, ints: 7 } as const;

/** The version of ONNX's operators that is written, and of its file format. */
const OPERATORS = 17;
const FORMAT = 8;

/** An attribute of an operator: a list is one of integers. */
export type Attribute = { readonly float: number } | { readonly int: number } | readonly number[];

/** A graph of ONNX's operators, put together operator by operator. Names are numbers: `t12`. */
export class OnnxGraph {
  private readonly graph = new Pbf();
  private size = 0;

  constructor() {
    this.graph.writeStringField(2, 'model');
  }

  /** Adds an operator and answers with the name of its output. An empty name stands for an input that is left out. */
  add(operator: string, inputs: readonly string[], attributes: Readonly<Record<string, Attribute>> = {}): string {
    const output = this.name();
    within(this.graph, 1, (node) => {
      for (const input of inputs) node.writeStringField(1, input);
      node.writeStringField(2, output);
      node.writeStringField(4, operator);
      for (const [name, value] of Object.entries(attributes)) within(node, 5, (message) => writeAttribute(message, name, value));
    });
    return output;
  }

  floats(values: Float32Array, shape: readonly number[]): string {
    return this.constant(ELEMENT.float, new Uint8Array(values.buffer, values.byteOffset, values.byteLength), shape);
  }

  ints(values: readonly number[]): string {
    return this.constant(ELEMENT.int64, new Uint8Array(BigInt64Array.from(values, BigInt).buffer), [values.length]);
  }

  /** Names an input of the model. */
  input(shape: readonly number[]): string {
    const name = this.name();
    this.describe(11, name, shape);
    return name;
  }

  /** Says that a tensor is an output of the model. */
  output(name: string, shape: readonly number[]): void {
    this.describe(12, name, shape);
  }

  /** The model's file. */
  finish(): Uint8Array {
    const file = new Pbf();
    file.writeVarintField(1, FORMAT);
    within(file, 8, (operators) => operators.writeVarintField(2, OPERATORS));
    file.writeBytesField(7, this.graph.finish());
    return file.finish();
  }

  private name(): string {
    return `t${this.size++}`;
  }

  private constant(type: number, bytes: Uint8Array, shape: readonly number[]): string {
    const name = this.name();
    within(this.graph, 5, (tensor) => {
      for (const size of shape) tensor.writeVarintField(1, size);
      tensor.writeVarintField(2, type);
      tensor.writeStringField(8, name);
      tensor.writeBytesField(9, bytes);
    });
    return name;
  }

  private describe(tag: number, name: string, shape: readonly number[]): void {
    within(this.graph, tag, (info) => {
      info.writeStringField(1, name);
      within(info, 2, (type) =>
        within(type, 1, (tensor) => {
          tensor.writeVarintField(1, ELEMENT.float);
          within(tensor, 2, (sizes) => {
            for (const size of shape) within(sizes, 1, (each) => each.writeVarintField(1, size));
          });
        }),
      );
    });
  }
}

function writeAttribute(message: Pbf, name: string, value: Attribute): void {
  message.writeStringField(1, name);
  if ('float' in value) {
    message.writeFloatField(2, value.float);
    message.writeVarintField(20, ATTRIBUTE.float);
  } else if ('int' in value) {
    message.writeVarintField(3, value.int);
    message.writeVarintField(20, ATTRIBUTE.int);
  } else {
    for (const each of value) message.writeVarintField(8, each);
    message.writeVarintField(20, ATTRIBUTE.ints);
  }
}

/** A message inside another. */
function within(message: Pbf, tag: number, write: (message: Pbf) => void): void {
  message.writeMessage(tag, (_: null, inner: Pbf) => write(inner), null);
}
