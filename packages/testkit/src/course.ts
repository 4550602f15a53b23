import type { Outcome } from './test-bed.ts';

/** The cuts of a run: at which step, what was asked for, and what is pruned afterwards. */
export function cutsOf({ events }: Pick<Outcome, 'events'>): { step: number; asked: number | null; sparsity: number }[] {
  return events.flatMap((event) => (event.type === 'cut' ? [{ step: event.step, asked: event.asked, sparsity: event.sparsity }] : []));
}

/** What happened, in words: `['4 steps', 'cut to 0.5', 'rewind to initial', '8 steps']`. */
export function courseOf({ events }: Pick<Outcome, 'events'>): string[] {
  const course: string[] = [];
  let told = 0;
  let done = 0;
  const stretch = (until: number) => {
    if (until > told) course.push(`${until - told} steps`);
    told = until;
  };
  for (const event of events) {
    if (event.type === 'step') done = event.done;
    // A cut within a training comes before its step is told of.
    if (event.type === 'cut' || event.type === 'regrow') stretch(event.step);
    if (event.type === 'cut') course.push(`cut to ${+event.sparsity.toFixed(3)}`);
    if (event.type === 'regrow') course.push('regrow');
    if (event.type !== 'rewind') continue;
    stretch(done);
    course.push(`rewind to ${event.to}`);
  }
  stretch(done);
  return course;
}
