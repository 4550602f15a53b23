import { LiveRun, type LiveRunParts, type RunEvent, type Strategy } from '@espalier/core';

/** Runs a strategy to its end; what happened, in words: `cut to 0.5 at 0`, `4 steps`, `rewind to initial`. */
export async function watchRun(strategy: Strategy, parts: LiveRunParts): Promise<string[]> {
  const events: RunEvent[] = [];
  const run = await LiveRun.open({ ...parts, onEvent: (event) => void events.push(event) });
  try {
    await strategy.prune(run);
    await run.finish();
  } finally {
    run.dispose();
  }
  return events.flatMap((event) => {
    if (event.type === 'cut') return [`cut to ${event.sparsity} at ${event.step}`];
    if (event.type === 'rewind') return [`rewind to ${event.to}`];
    return event.type === 'step' && event.step === event.total ? [`${event.total} steps`] : [];
  });
}
