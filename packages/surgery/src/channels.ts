/**
 * The unit that each position of an axis belongs to; STAYS where a position is nobody's and stays whatever is removed.
 * Null stands for a whole axis of such positions: the batch, an image's rows, the channels of the model's input.
 */
export type Channels = Int32Array | null;

export const STAYS = -1;

/** Why units stay. */
export interface Kept {
  readonly units: Int32Array;
  readonly why: string;
}

/** Which units there are, which are one because they can only go together, and which have to stay. */
export class Coupling {
  readonly kept: Kept[] = [];
  /** Sets of units of which as many have to be left as of one another. */
  readonly balanced: Int32Array[][] = [];
  private readonly parents: number[] = [];

  /** How many units were made. */
  get count(): number {
    return this.parents.length;
  }

  /** So many new units. */
  make(count: number): Int32Array {
    return Int32Array.from({ length: count }, () => this.parents.push(this.parents.length) - 1);
  }

  /** From now on they go together, position by position; what is tied to a position that stays has to stay. */
  tie(one: Channels, other: Channels, why: string): Channels {
    if (one === null || other === null) {
      this.keep(one ?? other, why);
      return null;
    }
    const bound: number[] = [];
    const tied = one.map((a, i) => {
      const b = other[i] as number;
      if (a === STAYS || b === STAYS) {
        if (a !== b) bound.push(Math.max(a, b));
        return STAYS;
      }
      this.unite(a, b);
      return a;
    });
    if (bound.length > 0) this.keep(Int32Array.from(bound), why);
    return tied;
  }

  keep(channels: Channels, why: string): void {
    const units = channels?.filter((unit) => unit !== STAYS);
    if (units !== undefined && units.length > 0) this.kept.push({ units, why });
  }

  /** The one unit that stands for all that were tied to this one. */
  rootOf(unit: number): number {
    let root = unit;
    while (this.parents[root] !== root) root = this.parents[root] as number;
    for (let at = unit; at !== root; ) {
      const next = this.parents[at] as number;
      this.parents[at] = root;
      at = next;
    }
    return root;
  }

  private unite(a: number, b: number): void {
    const [first, second] = [this.rootOf(a), this.rootOf(b)].sort((x, y) => x - y) as [number, number];
    this.parents[second] = first;
  }
}

/** Each position so many times in a row: what a depthwise convolution makes of its input's channels. */
export function repeatEach(channels: Channels, times: number): Channels {
  return channels === null || times === 1
    ? channels
    : Int32Array.from({ length: channels.length * times }, (_, i) => channels[Math.floor(i / times)] as number);
}

/** The whole so many times over: the gates of a recurrent layer. */
export function tile(channels: Channels, times: number): Channels {
  return channels === null || times === 1
    ? channels
    : Int32Array.from({ length: channels.length * times }, (_, i) => channels[i % channels.length] as number);
}

/** One behind the other, on an axis whose sizes are these; null where any of them is open, or all stay. */
export function joined(all: readonly Channels[], sizes: readonly (number | null)[]): Channels {
  if (all.every((channels) => channels === null)) return null;
  return Int32Array.from(all.flatMap((channels, i) => [...(channels ?? new Int32Array(sizes[i] ?? 0).fill(STAYS))]));
}
