/** The parts of a message that helps: where it is, what is wrong, why, and what to do about it. */
export interface ErrorParts {
  /** The parameter, layer, file or plugin concerned, as its owner would name it. */
  readonly where?: string;
  readonly what: string;
  readonly why?: string;
  readonly remedy?: string;
}

/** Every error that a user of Espalier can meet and do something about. */
export class EspalierError extends Error {
  readonly parts: ErrorParts;

  constructor(parts: ErrorParts | string, options?: ErrorOptions) {
    const all = typeof parts === 'string' ? { what: parts } : parts;
    super(sentence(all), options);
    this.name = new.target.name;
    this.parts = all;
  }
}

/** One of the run's promises did not hold: a pruned weight is not zero, a score is NaN, a plugin changed what it must not. */
export class BrokenPromise extends EspalierError {}

/** Training left the finite numbers. `step` is the first step whose loss or weights are NaN or infinite. */
export class Diverged extends EspalierError {
  readonly step: number;

  constructor(step: number, parts: ErrorParts) {
    super(parts);
    this.step = step;
  }
}

/** The run was cancelled through its signal; what was done until then is in its last checkpoint. */
export class Cancelled extends EspalierError {
  constructor() {
    super('cancelled');
  }
}

/** The same error, saying also how many training steps were done; those that tell of no promise stay as they are. */
export function atStep(error: unknown, step: number): unknown {
  const Same = error instanceof Error && [EspalierError, BrokenPromise].find((each) => each === error.constructor);
  if (!Same) return error;
  const { parts, cause } = error as EspalierError;
  const at = `at step ${step}`;
  return new Same({ ...parts, where: parts.where === undefined ? at : `${parts.where}, ${at}` }, { cause });
}

function sentence({ where, what, why, remedy }: ErrorParts): string {
  const head = where === undefined ? what : `${where}: ${what}`;
  const body = why === undefined ? head : `${head}: ${why}`;
  return remedy === undefined ? body : `${body}. ${remedy}`;
}
