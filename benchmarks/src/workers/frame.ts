import { createInterface } from 'node:readline';

// stdout carries answers and nothing else.
console.log = console.error;

/** What this process was started to do. */
export function workOf<T>(): T {
  return JSON.parse(process.argv[2] as string) as T;
}

/** Says that it is ready, and answers each line of stdin with the figures of one turn. */
export async function serve(turn: () => Promise<Readonly<Record<string, number>>>): Promise<void> {
  answer({});
  for await (const _ of createInterface({ input: process.stdin })) answer(await turn());
}

/** Takes turns for half a second of their own time: the engine has compiled then what a run does hundreds of times. */
export async function warmUp(turn: () => Promise<Readonly<Record<string, number>>>): Promise<void> {
  for (let seconds = 0; seconds < 0.5; ) seconds += (await turn())['seconds'] as number;
}

export async function timed(work: () => unknown): Promise<number> {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1000;
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] as number;
}

/** The largest of the differences, relative to the largest number. */
export function difference(a: Float32Array, b: Float32Array): number {
  return Math.max(...a.map((value, i) => Math.abs(value - (b[i] as number)))) / Math.max(...a.map(Math.abs));
}

function answer(figures: Readonly<Record<string, number>>): void {
  process.stdout.write(`${JSON.stringify(figures)}\n`);
}
