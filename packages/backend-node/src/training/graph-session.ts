import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type * as tf from '@tensorflow/tfjs';
import type { Variable } from './graph.ts';
import { type DataType, DT, type GraphNode, savedModel } from './messages.ts';
import { type Binding, binding, type HandleInfo, handlesOf, tensorOf } from './native-backend.ts';

type Data = Float32Array | Int32Array | Uint8Array;

/** A graph loaded into TensorFlow, with its variables: one call runs it, whatever number of nodes it has. */
export class GraphSession {
  private readonly binding: Binding = binding();
  private readonly id: number;

  constructor(nodes: readonly GraphNode[]) {
    const folder = mkdtempSync(path.join(tmpdir(), 'espalier-graph-'));
    try {
      writeFileSync(path.join(folder, 'saved_model.pb'), savedModel(nodes));
      this.id = this.binding.loadSavedModel(folder, 'train');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  /** Runs what a scalar depends on, and gives that scalar. */
  scalar(fetch: string, feeds: Readonly<Record<string, { readonly shape: readonly number[]; readonly data: Data }>> = {}): number {
    const handles = Object.values(feeds).map(({ shape, data }) => this.binding.createTensor(shape, typeOf(data), data));
    const [result] = this.run(handles, Object.keys(feeds), [fetch]);
    for (const handle of handles) this.binding.deleteTensor(handle);
    const { id } = result as HandleInfo;
    const value = this.binding.tensorDataSync(id)[0] as number;
    this.binding.deleteTensor(id);
    return value;
  }

  /** Feeds variables from arrays. */
  feed(values: readonly (readonly [Variable, Data])[]): void {
    const handles = values.map(([{ shape }, data]) => this.binding.createTensor(shape, typeOf(data), data));
    this.feedHandles(
      values.map(([variable]) => variable),
      handles,
    );
    for (const handle of handles) this.binding.deleteTensor(handle);
  }

  /**
   * Runs what takes over tensors of tfjs by name, sharing their memory until either side writes, and bytes of 0 or 1 as
   * booleans; gives what is fetched, likewise. The caller disposes it.
   */
  feedTensors(
    tensors: readonly (readonly [string, tf.Tensor])[],
    booleans: readonly (readonly [string, { readonly shape: readonly number[]; readonly data: Uint8Array }])[],
    fetches: readonly string[],
  ): tf.Tensor[] {
    // As tensors of tfjs these would take longer to make than to use.
    const own = booleans.map(([, { shape, data }]) => this.binding.createTensor(shape, DT.bool, data));
    const handles = [...handlesOf(tensors.map(([, tensor]) => tensor)), ...own];
    const fetched = this.run(
      handles,
      [...tensors, ...booleans].map(([name]) => name),
      fetches,
    );
    for (const handle of own) this.binding.deleteTensor(handle);
    return fetched.map(tensorOf);
  }

  private feedHandles(variables: readonly Variable[], handles: readonly number[]): void {
    if (variables.length === 0) return;
    const done = this.run(
      handles,
      variables.map(({ name }) => `${name}/feed`),
      variables.map(({ name }) => `${name}/fed`),
    );
    for (const { id } of done) this.binding.deleteTensor(id);
  }

  /** What variables hold, as tensors of tfjs that share their memory. The caller disposes them. */
  read(variables: readonly Variable[]): tf.Tensor[] {
    if (variables.length === 0) return [];
    return this.run(
      [],
      [],
      variables.map(({ read }) => read.ref),
    ).map(tensorOf);
  }

  dispose(): void {
    this.binding.deleteSavedModel(this.id);
  }

  private run(handles: readonly number[], inputs: readonly string[], outputs: readonly string[]): HandleInfo[] {
    return this.binding.runSavedModel(this.id, handles, inputs.join(), outputs.join());
  }
}

function typeOf(data: Data): DataType {
  if (data instanceof Float32Array) return DT.float;
  return data instanceof Int32Array ? DT.int32 : DT.uint8;
}
