interface Work {
  readonly work: () => Promise<void>;
  /** Once it is done, and not asked for again. */
  readonly rest: () => void;
  /** Where it failed: it can be asked for again. */
  readonly failed: (error: unknown) => void;
}

/** Never twice at the same time: asked for while it goes on, it is done once more afterwards. */
export function oneAtATime({ work, rest, failed }: Work): () => Promise<void> {
  let [isBusy, isAsked] = [false, false];
  return async () => {
    isAsked = true;
    if (isBusy) return;
    isBusy = true;
    while (isAsked) {
      isAsked = false;
      try {
        await work();
        if (!isAsked) rest();
      } catch (error) {
        failed(error);
      }
    }
    isBusy = false;
  };
}
