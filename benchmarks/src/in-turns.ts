import type { Contest } from './benchmark.ts';
import { Figures } from './figures.ts';
import { MeasuredProcess } from './measured-process.ts';

/** Runs a contest: every runner once, in order, then again (A B A B …), so that a machine's moods are shared by all. */
export async function inTurns(contest: Contest, log: (line: string) => void, most = contest.rounds): Promise<Figures> {
  const figures = new Figures();
  const runners: [string, MeasuredProcess][] = [];
  try {
    // One after another: starting is work, too.
    for (const [label, command] of Object.entries(contest.runners)) runners.push([label, await MeasuredProcess.start(label, command)]);
    const rounds = Math.min(most, contest.rounds);
    const warmUps = rounds < contest.rounds ? Math.min(1, contest.warmUps ?? 1) : (contest.warmUps ?? 1);
    for (let round = 1 - warmUps; round <= rounds; round++) {
      log(`${contest.title}: ${round < 1 ? 'warming up' : `round ${round} of ${rounds}`}`);
      for (const [label, runner] of runners) {
        const answer = await runner.turn();
        if (round >= 1) figures.add(label, answer);
      }
    }
  } finally {
    await Promise.all(runners.map(([, runner]) => runner.stop()));
  }
  return figures;
}
