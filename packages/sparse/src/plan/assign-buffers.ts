import type { Plan, Step } from './plan.ts';
import { aligned } from './storage.ts';

/** Operations that can write where they read, number by number. */
const IN_PLACE = new Set(['activation', 'binary', 'softmax', 'affine', 'normalise', 'l2Normalise']);

/** Where each activation is, in numbers from the first one's place, and how many numbers that takes altogether. */
export interface Assignment {
  readonly places: readonly number[];
  readonly total: number;
}

interface Life {
  readonly size: number;
  first: number;
  last: number;
  place: number;
}

/**
 * Gives each activation a place for as long as it is needed: the largest first, each in the lowest gap among those that
 * live at the same time.
 */
export function assignBuffers(plan: Plan): Assignment {
  const lives = livesOf(plan);
  const same = joinInPlace(plan.steps, lives);
  const owners = [...new Set(same)].map((owner) => lives[owner] as Life).filter(({ first, last }) => first <= last);
  /** By place. */
  const placed: Life[] = [];
  for (const life of owners.sort((a, b) => b.size - a.size)) {
    life.place = lowestGap(life, placed);
    const next = placed.findIndex(({ place }) => place > life.place);
    placed.splice(next < 0 ? placed.length : next, 0, life);
  }
  const total = placed.reduce((most, { place, size }) => Math.max(most, place + size), 0);
  return { places: same.map((owner) => (lives[owner] as Life).place), total };
}

function livesOf({ buffers, steps, inputs, outputs }: Plan): Life[] {
  const lives = buffers.map((size) => ({ size: aligned(size), first: steps.length, last: -1, place: 0 }));
  const touch = (buffer: number, at: number) => {
    const life = lives[buffer] as Life;
    life.first = Math.min(life.first, at);
    life.last = Math.max(life.last, at);
  };
  steps.forEach(({ reads, writes }, at) => {
    for (const buffer of [...reads, ...writes]) touch(buffer, at);
  });
  for (const { buffer } of inputs) touch(buffer, -1);
  for (const { buffer } of outputs) touch(buffer, steps.length);
  return lives;
}

/** The buffer whose place each one takes: that of what is read for the last time, where the step can write over it. */
function joinInPlace(steps: readonly Step[], lives: Life[]): number[] {
  const same = lives.map((_, i) => i);
  steps.forEach(({ operation, reads, writes, options: { first, out } }, at) => {
    const [from, to] = [reads[0], writes[0]];
    if (!IN_PLACE.has(operation) || from === undefined || to === undefined || writes.length !== 1) return;
    // A first operand that repeats is read again after its place is written.
    if (String(first) !== String(out)) return;
    const owner = same[from] as number;
    const [life, made] = [lives[owner] as Life, lives[to] as Life];
    if (life.last !== at || made.first !== at || life.size !== made.size || reads.slice(1).includes(from)) return;
    same[to] = owner;
    life.last = made.last;
  });
  return same;
}

/** Among those placed that live at the same time. */
function lowestGap({ size, first, last }: Life, placed: readonly Life[]): number {
  let place = 0;
  for (const other of placed) {
    if (other.first > last || other.last < first) continue;
    if (other.place - place >= size) break;
    place = Math.max(place, other.place + other.size);
  }
  return place;
}
