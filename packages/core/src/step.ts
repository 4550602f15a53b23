/** Where a run stands: one training step, or one round of an iterative strategy. */
export interface Step {
  /** From 1. */
  readonly number: number;
  /** How many there will be; `number === total` at the last one. */
  readonly total: number;
  /** `number / total`: from just above 0 to 1. */
  readonly progress: number;
  /** From 1; a round is an epoch of its own. */
  readonly epoch: number;
  /** Whether this is the last step of its epoch. */
  readonly endsEpoch: boolean;
  /** How many steps an epoch has. */
  readonly stepsPerEpoch: number;
  /** The mean loss of this step's batch; NaN in a rehearsal and for a round. */
  readonly loss: number;
}

/** How much training: whole steps, and how many of them an epoch has. */
export class Budget {
  readonly steps: number;
  readonly stepsPerEpoch: number;

  constructor(steps: number, stepsPerEpoch: number) {
    this.steps = steps;
    this.stepsPerEpoch = stepsPerEpoch;
  }

  /** Whole steps: epochs may be a fraction, and are rounded to the nearest step. */
  static ofEpochs(epochs: number, stepsPerEpoch: number): Budget {
    return new Budget(Math.round(epochs * stepsPerEpoch), stepsPerEpoch);
  }

  get epochs(): number {
    return this.steps / this.stepsPerEpoch;
  }

  /** One of `parts` equal shares, at least one step where there is any; what is left over is in none: see `inParts`. */
  split(parts: number): Budget {
    return new Budget(Math.min(this.steps, Math.max(1, Math.floor(this.steps / parts))), this.stepsPerEpoch);
  }

  /** Equal parts that add up to it; where they cannot be equal, some of the later ones are a step longer. */
  inParts(parts: number): Budget[] {
    const until = (part: number) => Math.floor((part * this.steps) / parts);
    return Array.from({ length: parts }, (_, i) => new Budget(until(i + 1) - until(i), this.stepsPerEpoch));
  }

  /** This share of it: 0.25 is a quarter. */
  share(share: number): Budget {
    return new Budget(Math.round(this.steps * share), this.stepsPerEpoch);
  }

  /** Both, one after the other. */
  and(other: Budget): Budget {
    return new Budget(this.steps + other.steps, this.stepsPerEpoch);
  }

  /** Its step of this number, from 1, whose batch had this mean loss. */
  at(number: number, loss: number): Step {
    return {
      number,
      total: this.steps,
      progress: number / this.steps,
      epoch: Math.ceil(number / this.stepsPerEpoch),
      endsEpoch: number % this.stepsPerEpoch === 0 || number === this.steps,
      stepsPerEpoch: this.stepsPerEpoch,
      loss,
    };
  }
}

/** The rounds of an iterative strategy as steps: `for (const round of rounds(5)) …`. */
export function* rounds(total: number): Generator<Step> {
  const budget = new Budget(total, 1);
  for (let number = 1; number <= total; number++) yield budget.at(number, Number.NaN);
}
