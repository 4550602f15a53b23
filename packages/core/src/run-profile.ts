/** Seconds by what they went into, and how many cuts there were (regrowing included, which counts as scoring). */
export interface RunProfile {
  scoring: number;
  thresholds: number;
  /** Masks, and putting them on weights and optimiser. */
  masks: number;
  training: number;
  evaluation: number;
  /** Checkpoints. */
  saving: number;
  cuts: number;
}

export const EMPTY_PROFILE: Readonly<RunProfile> = {
  scoring: 0,
  thresholds: 0,
  masks: 0,
  training: 0,
  evaluation: 0,
  saving: 0,
  cuts: 0,
};
