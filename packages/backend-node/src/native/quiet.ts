import util from 'node:util';

/**
 * Everything that must be so before tfjs-node is loaded, and what it would print while loading kept back.
 * `util.isNullOrUndefined` and `util.isArray`: tfjs-node 4.22 calls them in training; Node 23 took them away, and
 * Node 22 warns of each.
 */
export function prepareForTensorflow(threads?: number): void {
  const { env } = process;
  // 2: errors only. Information is the "oneDNN custom operations" and "CPU instructions" lines of each start.
  env['TF_CPP_MIN_LOG_LEVEL'] ??= '2';
  if (threads !== undefined) {
    env['TF_NUM_INTRAOP_THREADS'] = String(threads);
    // −1: operations run in the thread that asks for them, which saves a small net's steps the way to another and back.
    env['TF_NUM_INTEROP_THREADS'] = String(threads === 1 ? -1 : threads);
  }
  const legacy = util as unknown as Record<string, (value: unknown) => boolean>;
  legacy['isNullOrUndefined'] = (value) => value === null || value === undefined;
  legacy['isArray'] = Array.isArray;
}

/** Runs `load` without the deprecation warnings (`punycode`, `url.parse`) that tfjs-node's own dependencies cause. */
export function withoutDeprecations<T>(load: () => T): T {
  const before = process.noDeprecation;
  process.noDeprecation = true;
  try {
    return load();
  } finally {
    process.noDeprecation = before as boolean;
  }
}

/**
 * Loads TensorFlow without oneDNN, where the environment says nothing: its kernels in place of all others corrupt the
 * heap in some shapes (TensorFlow 2.21: the filter gradient of a strided 1×1 convolution, products of broadcast
 * matrices), start slower and greet on stderr. TensorFlow would take them on processors with AVX-512. Training takes
 * those that pay, see `hasOneDnn`.
 */
export function withoutOneDnn<T>(load: () => T): T {
  const { env } = process;
  if (env['TF_ENABLE_ONEDNN_OPTS'] !== undefined) return load();
  env['TF_ENABLE_ONEDNN_OPTS'] = '0';
  try {
    return load();
  } finally {
    // Read once; processes that this one starts shall see what the user has set.
    delete env['TF_ENABLE_ONEDNN_OPTS'];
  }
}
