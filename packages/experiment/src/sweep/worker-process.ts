/** The process of a local worker: does the jobs that its parent sends, and ends with it. */

import type { FromWorker, ToWorker } from './local-worker.ts';
import { JobPerformer } from './perform-job.ts';

// Ctrl-C reaches every process of a terminal; when to stop is the parent's to say.
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => {});
// A parent that was killed gives nobody the results: what is under way goes on from its checkpoint next time.
process.on('disconnect', () => process.exit(1));
process.noDeprecation = true;

const performer = new JobPerformer();
let stopping: AbortController | undefined;

process.on('message', (message: ToWorker) => {
  if (message.type === 'stop') stopping?.abort();
  else void work(message);
});

async function work({ job }: Extract<ToWorker, { type: 'job' }>): Promise<void> {
  stopping = new AbortController();
  const outcome = await performer.perform(job, { onEvent: (event) => tell({ type: 'event', event }), signal: stopping.signal });
  tell({ type: 'outcome', outcome });
}

function tell(message: FromWorker): void {
  // Where the parent is gone meanwhile, `disconnect` ends this.
  if (process.connected) process.send?.(message);
}
