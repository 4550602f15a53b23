/** Every so many milliseconds long work lets timers, signals and the page have their turn. */
const INTERVAL_MS = 50;

let last = 0;

/**
 * Resolves at once, or after the event loop has turned if it has not for a while: a backend may answer `data()` in
 * the same turn, so that a training loop alone would never let a signal through.
 */
export function breathe(): Promise<void> | undefined {
  const now = Date.now();
  if (now - last < INTERVAL_MS) return undefined;
  last = now;
  return new Promise((resolve) => {
    const host = globalThis as { setImmediate?: (done: () => void) => void };
    if (host.setImmediate !== undefined) host.setImmediate(resolve);
    else setTimeout(resolve, 0);
  });
}
