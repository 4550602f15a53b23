import { createRequire } from 'node:module';
import * as tf from '@tensorflow/tfjs';
import { packageFolder } from '../package-files.ts';
import { loadTensorflow } from './load.ts';

const require = createRequire(import.meta.url);

/** Writes what TensorBoard shows. */
export interface SummaryWriter {
  scalar(name: string, value: number, step: number): void;
  histogram(name: string, data: tf.Tensor, step: number): void;
  flush(): void;
}

/**
 * TensorFlow's own writer of TensorBoard logs; a process has one for a folder, whatever becomes of the
 * folder. It writes what is in TensorFlow's memory, so that backend is in use afterwards.
 *
 * @throws StepError where the native backend is not there.
 */
export async function summaryWriter(folder: string): Promise<SummaryWriter> {
  loadTensorflow();
  await tf.setBackend('tensorflow');
  const { node } = require(packageFolder('@tensorflow/tfjs-node') as string) as {
    node: { summaryFileWriter(folder: string): SummaryWriter };
  };
  return node.summaryFileWriter(folder);
}
