import { once } from 'node:events';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { READ_INTO } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';

/** What of tfjs-node's backend and its binding takes part in reading. */
interface Reader {
  readonly binding: {
    readonly TF_ATTR_TYPE: number;
    readonly TF_FLOAT: number;
    readonly TF_INT32: number;
    createTensor(shape: readonly number[], dtype: number, data: Int32Array): number;
    deleteTensor(id: number): void;
    executeOp(name: string, attributes: readonly object[], inputs: readonly number[], outputs: number): { readonly id: number }[];
    tensorDataSync(id: number): Float32Array<ArrayBuffer>;
    /** Only where the binding is ours. */
    readFloats?(id: number, from: number, stride: number, values: Float32Array): void;
  };
  getInputTensorIds(tensors: readonly tf.TensorInfo[]): number[];
}

/** What is to be read, and where to. */
interface Wanted {
  readonly from: number;
  readonly stride: number;
  readonly values: Float32Array;
}

type Read = (reader: Reader, x: tf.TensorInfo, wanted: Wanted) => void;

/** Elements that are read at a time. */
const PIECE = 1 << 18;

/** Bytes of a block that glibc keeps for the next who asks, if it has seen one freed: just under the most that it takes for that. */
const LARGEST_KEPT = 31 << 20;

/** Letting go of less is not worth a call. */
const SMALL = 1 << 13;

/** Reads parts of a tensor into memory that is there: from TensorFlow's own, where the binding can. */
export async function registerReadInto(): Promise<void> {
  if (tf.getKernel(READ_INTO, 'tensorflow') !== undefined) return;
  const { binding } = tf.backend() as unknown as Reader;
  const read = binding.readFloats === undefined ? await readByOps() : readFloats;
  tf.registerKernel({
    kernelName: READ_INTO,
    backendName: 'tensorflow',
    kernelFunc({ inputs, attrs, backend }) {
      read(backend as Reader, inputs['x'] as tf.TensorInfo, attrs as unknown as Wanted);
      return [];
    },
  });
}

const readFloats: Read = (reader, x, { from, stride, values }) => {
  const [id] = reader.getInputTensorIds([x]) as [number];
  reader.binding.readFloats?.(id, from, stride, values);
};

/**
 * What every binding of tfjs-node can. It makes new memory for all that it gives; getting that from the system takes
 * several times longer than the copy, as it is free again only when garbage is collected. Here each piece's is let go
 * at once, so that the next piece gets the same again.
 */
export async function readByOps(): Promise<Read> {
  const nowhere = await closedPort();
  // glibc hands a large block back to the system each time it is freed, until a block as large was freed once.
  nowhere.postMessage(null, [new ArrayBuffer(LARGEST_KEPT)]);
  return (reader, x, { from, stride, values }) => {
    const { binding } = reader;
    const [whole] = reader.getInputTensorIds([x]) as [number];
    if (from === 0 && stride === 1 && values.length <= PIECE && values.length === sizeOf(x)) {
      take(binding.tensorDataSync(whole), values, nowhere);
      return;
    }
    const flat = run(reader, 'Reshape', 'Tshape', whole, [[-1]]);
    for (let at = 0; at < values.length; at += PIECE) {
      const count = Math.min(PIECE, values.length - at);
      const first = from + at * stride;
      // Slices of one dimension share the tensor's memory where they begin and end on vectors.
      const slice =
        stride === 1
          ? run(reader, 'Slice', 'Index', flat, [[first], [count]])
          : run(reader, 'StridedSlice', 'Index', flat, [[first], [first + (count - 1) * stride + 1], [stride]]);
      take(binding.tensorDataSync(slice), values.subarray(at, at + count), nowhere);
      binding.deleteTensor(slice);
    }
    binding.deleteTensor(flat);
  };
}

/** Copies what was read, and lets go of its memory. */
function take(read: Float32Array<ArrayBuffer>, values: Float32Array, nowhere: MessagePort): void {
  values.set(read);
  if (read.length > SMALL) nowhere.postMessage(null, [read.buffer]);
}

function sizeOf({ shape }: tf.TensorInfo): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** The id of what an op gives for a float tensor and lists of whole numbers. */
function run({ binding }: Reader, op: string, indexType: string, x: number, lists: readonly (readonly number[])[]): number {
  const ids = lists.map((list) => binding.createTensor([list.length], binding.TF_INT32, Int32Array.from(list)));
  const attributes = [
    { name: 'T', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT },
    { name: indexType, type: binding.TF_ATTR_TYPE, value: binding.TF_INT32 },
  ];
  const [result] = binding.executeOp(op, attributes, [x, ...ids], 1);
  for (const id of ids) binding.deleteTensor(id);
  return (result as { id: number }).id;
}

/** Nobody listens: what is handed over to it is freed. */
async function closedPort(): Promise<MessagePort> {
  const { port1, port2 } = new MessageChannel();
  // Until it is closed, what is sent would be kept for delivery; and nothing else may keep the process waiting for that.
  port1.ref();
  port2.close();
  await once(port1, 'close');
  return port1;
}
