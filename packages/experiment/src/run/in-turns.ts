import { Cancelled } from '@espalier/core';

export interface TurnOptions {
  /** At most, and for the first of them nothing is counted: it warms up. */
  readonly rounds?: number;
  /** How often each is done in a round, at least: what is quick is done for some milliseconds. */
  readonly perRound?: number;
  /** Where all of it takes longer, there are fewer rounds, but never fewer than three. */
  readonly seconds?: number;
  readonly signal?: AbortSignal;
  /** Called after each round, with the share that is done, 0 to 1. */
  readonly onRound?: (share: number) => void;
  /** Called before it is a work's turn, with its number; not timed. */
  readonly before?: (work: number) => Promise<void>;
}

/** What takes microseconds is timed for so long in each round, so that the clock and the engine have settled. */
const LEAST_MS = 4;
const MOST_PER_ROUND = 200;

/** How long something takes, in milliseconds: the median, and the quartiles around it. */
export interface Spread {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/**
 * Times several works in turns, so that what else the machine does meets all of them alike.
 *
 * @throws Cancelled through the signal.
 */
export async function inTurns(
  works: readonly (() => unknown)[],
  { rounds = 12, perRound = 5, seconds = 3, signal, onRound, before }: TurnOptions = {},
): Promise<Spread[]> {
  const times = works.map(() => [] as number[]);
  const started = performance.now();
  const left = () => 1000 * seconds - (performance.now() - started);
  for (let round = 0; round < rounds && (round < 3 || left() > 0); round++) {
    const isLate = left() < 0;
    const order = [...works.entries()];
    // Every second round the other way round, so that being first favours none.
    for (const [index, work] of round % 2 === 0 ? order : order.reverse()) {
      await before?.(index);
      const began = performance.now();
      const isQuick = () => performance.now() - began < LEAST_MS && !isLate;
      for (let i = 0; i < (isLate ? 1 : perRound) || (isQuick() && i < MOST_PER_ROUND); i++) {
        if (signal?.aborted) throw new Cancelled();
        const from = performance.now();
        const done = work();
        if (done instanceof Promise) await done;
        if (round > 0) (times[index] as number[]).push(performance.now() - from);
      }
    }
    onRound?.(Math.min(1, Math.max((round + 1) / rounds, 1 - left() / (1000 * seconds))));
    // What waits for its turn, such as a signal, has it now.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return times.map(spreadOf);
}

function spreadOf(times: number[]): Spread {
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(share * times.length))] as number;
  return { median: at(0.5), low: at(0.25), high: at(0.75) };
}
