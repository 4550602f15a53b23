import { oneDnnByEnvironment } from '../native/load.ts';
import { Graph } from './graph.ts';
import { GraphSession } from './graph-session.ts';
import { isNative } from './native-backend.ts';

let isThere: boolean | undefined;

/**
 * Whether graphs may name oneDNN's kernels: the TensorFlow that is loaded has them, and the environment does not say no
 * (TF_ENABLE_ONEDNN_OPTS=0). Measured with `npm run bench -- threads`: no net trains slower with them, convolutional ones in
 * half to three quarters of the time. They were tried on x64 only.
 */
export function hasOneDnn(): boolean {
  if (!isNative() || process.arch !== 'x64' || oneDnnByEnvironment() === false) return false;
  isThere ??= multiplies();
  return isThere;
}

/** A graph of one product tells. */
function multiplies(): boolean {
  const graph = new Graph({ hasOneDnn: true });
  const six = graph.fast('MatMul', [graph.constant(Float32Array.of(2), [1, 1]), graph.constant(Float32Array.of(3), [1, 1])], [1, 1]);
  try {
    const session = new GraphSession(graph.nodes);
    const product = session.scalar(six.ref);
    session.dispose();
    return product === 6;
  } catch {
    return false;
  }
}
