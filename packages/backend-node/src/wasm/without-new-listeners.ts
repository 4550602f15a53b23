const FATAL = ['uncaughtException', 'unhandledRejection'] as const;

/**
 * Takes away what `work` hung on the process for its fatal errors. The WebAssembly module's loader (emscripten) does so
 * to rethrow them from within itself: a program's own mistake then looks like one of the module's.
 */
export async function withoutNewListeners<T>(work: () => Promise<T>): Promise<T> {
  const before = FATAL.map((event) => new Set(process.rawListeners(event)));
  const result = await work();
  for (const [at, event] of FATAL.entries()) {
    for (const listener of process.rawListeners(event)) {
      if (!before[at]?.has(listener)) process.removeListener(event, listener as (error: Error) => void);
    }
  }
  return result;
}
