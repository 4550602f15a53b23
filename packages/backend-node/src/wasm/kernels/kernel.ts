import * as tf from '@tensorflow/tfjs';

/** A kernel for the WebAssembly backend, made of kernels that it has. */
export interface WasmKernel {
  name: string;
  register(): void;
}

/** `compute` may use any operation of tfjs; what it leaves over is disposed, what it returns belongs to the caller. */
export function kernel<Inputs extends Record<string, tf.Tensor>, Attributes>(
  name: string,
  compute: (inputs: Inputs, attributes: Attributes) => tf.Tensor,
  setupFunc?: tf.KernelSetupFunc,
): WasmKernel {
  return {
    name,
    register() {
      tf.registerKernel({
        kernelName: name,
        backendName: 'wasm',
        ...(setupFunc && { setupFunc }),
        // tfjs hands real tensors in and takes them back, though its types promise their descriptions only.
        kernelFunc: ({ inputs, attrs }) => tf.tidy(() => compute(inputs as Inputs, attrs as Attributes)),
      });
    },
  };
}
