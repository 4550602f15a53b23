import Pbf from 'pbf';

/** Numbers of TensorFlow's DataType. */
const FLOAT = 1;
const INT32 = 3;

type Shape = readonly (number | null)[];

/** An attribute of an operation, as TensorFlow's `AttrValue`. */
export type Attribute = (message: Pbf) => void;

export const FLOATS: Attribute = (message) => message.writeVarintField(6, FLOAT);
export const INTS: Attribute = (message) => message.writeVarintField(6, INT32);
export const text =
  (value: string): Attribute =>
  (message) =>
    message.writeBytesField(2, new TextEncoder().encode(value));
export const flag =
  (value: boolean): Attribute =>
  (message) =>
    message.writeVarintField(5, value ? 1 : 0);
export const number =
  (value: number): Attribute =>
  (message) =>
    message.writeFloatField(4, value);
export const count =
  (value: number): Attribute =>
  (message) =>
    message.writeVarintField(3, value);
export const counts =
  (values: readonly number[]): Attribute =>
  (message) =>
    message.writeMessage(
      1,
      (list: readonly number[], inner: Pbf) => {
        for (const value of list) inner.writeVarintField(3, value);
      },
      values,
    );

/** A graph of TensorFlow's operations, put together operation by operation. Names are numbers: `n12`. */
export class GraphDef {
  readonly inputs: { readonly name: string; readonly tensor: string; readonly shape: Shape }[] = [];
  readonly outputs: { readonly name: string; readonly tensor: string; readonly shape: Shape }[] = [];
  private readonly graph = new Pbf();
  private size = 0;

  /** Adds an operation and answers with the name of its output. */
  add(operation: string, inputs: readonly string[], attributes: Readonly<Record<string, Attribute>> = { T: FLOATS }): string {
    const name = `n${this.size++}`;
    this.graph.writeMessage(
      1,
      (_: null, node: Pbf) => {
        node.writeStringField(1, name);
        node.writeStringField(2, operation);
        for (const input of inputs) node.writeStringField(3, input);
        for (const [key, attribute] of Object.entries(attributes)) node.writeMessage(5, writeEntry, { key, value: attribute });
      },
      null,
    );
    return name;
  }

  input(name: string, shape: Shape): string {
    const tensor = this.add('Placeholder', [], { dtype: FLOATS, shape: (message) => message.writeMessage(7, writeShape, shape) });
    this.inputs.push({ name, tensor, shape });
    return tensor;
  }

  floats(values: Float32Array, shape: readonly number[]): string {
    return this.constant(FLOAT, values, shape);
  }

  ints(values: readonly number[], shape: readonly number[] = [values.length]): string {
    return this.constant(INT32, Int32Array.from(values), shape);
  }

  /** As the one file of a SavedModel without variables, `saved_model.pb`. */
  finish(): Uint8Array {
    const file = new Pbf();
    file.writeVarintField(1, 1);
    file.writeMessage(
      2,
      (_: null, meta: Pbf) => {
        meta.writeMessage(1, (tags: string, info: Pbf) => info.writeStringField(4, tags), 'serve');
        this.graph.writeMessage(4, (producer: number, versions: Pbf) => versions.writeVarintField(1, producer), 1000);
        meta.writeBytesField(2, this.graph.finish());
        meta.writeMessage(5, writeEntry, { key: 'serving_default', value: (signature) => this.writeSignature(signature) });
      },
      null,
    );
    return file.finish();
  }

  private writeSignature(signature: Pbf): void {
    for (const [tag, tensors] of [
      [1, this.inputs],
      [2, this.outputs],
    ] as const) {
      for (const { name, tensor, shape } of tensors) {
        const info: Attribute = (message) => {
          message.writeStringField(1, `${tensor}:0`);
          message.writeVarintField(2, FLOAT);
          message.writeMessage(3, writeShape, shape);
        };
        signature.writeMessage(tag, writeEntry, { key: name, value: info });
      }
    }
    signature.writeStringField(3, 'tensorflow/serving/predict');
  }

  private constant(type: number, values: Float32Array | Int32Array, shape: readonly number[]): string {
    const value: Attribute = (message) =>
      message.writeMessage(
        8,
        (_: null, tensor: Pbf) => {
          tensor.writeVarintField(1, type);
          tensor.writeMessage(2, writeShape, shape);
          tensor.writeBytesField(4, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
        },
        null,
      );
    return this.add('Const', [], { dtype: type === FLOAT ? FLOATS : INTS, value });
  }
}

interface Entry {
  readonly key: string;
  readonly value: Attribute;
}

/** An entry of a map. */
function writeEntry({ key, value }: Entry, message: Pbf): void {
  message.writeStringField(1, key);
  message.writeMessage(2, (write: Attribute, inner: Pbf) => write(inner), value);
}

function writeShape(shape: Shape, message: Pbf): void {
  for (const size of shape) message.writeMessage(2, (each: number, inner: Pbf) => inner.writeVarintField(1, each), size ?? -1);
}
