import type { Experiment } from '../config/experiment.ts';

/** What the time of training a net depends on most. */
export interface NetSize {
  /** Of training. */
  readonly samples: number;
  /** Multiply-accumulates of one sample. */
  readonly macs: number;
}

export interface Seconds {
  /** Training the dense baseline. */
  readonly denseS: number;
  /** Pruning, measuring, saving. */
  readonly pruneS: number;
}

/** Seconds of a step that does nothing, and multiply-accumulates of a forward pass in a second; on two cores of 2024. */
const SPEED = {
  tensorflow: { step: 0.0003, macs: 12e9 },
  wasm: { step: 0.001, macs: 2e9 },
  cpu: { step: 0.002, macs: 0.1e9 },
} as const;
/** Loading, evaluating, timing and saving, whatever the net. */
const AROUND = 0.6;

/** A first guess of how long a run takes, good enough to start with the longest; what has run says better (see `SweepPace`). */
export function estimate(experiment: Experiment, { samples, macs }: NetSize, backend = backendOf(experiment)): Seconds {
  const speed = SPEED[backend];
  const training = ({ epochs, batchSize }: { epochs: number; batchSize: number }) => {
    const steps = Math.ceil(epochs * Math.ceil(samples / batchSize));
    return steps * (speed.step + (batchSize * macs) / speed.macs);
  };
  return { denseS: training(experiment.train), pruneS: training(experiment.prune) + AROUND };
}

function backendOf({ backend }: Experiment): keyof typeof SPEED {
  const forced = process.env['ESPALIER_BACKEND'];
  const named = forced === undefined || forced === '' || forced === 'auto' ? backend : forced;
  return named === 'wasm' || named === 'cpu' ? named : 'tensorflow';
}
