import { BASE_FOLDER, type Dataset, LOG, type Part, PartContainer, RANDOM, type Random, type Registry, SEED } from '@espalier/core';
import { canonicalJson } from '../config/experiment-hash.ts';

interface Around {
  readonly registry: Registry;
  readonly seed: number;
  readonly random: Random;
  readonly baseFolder: string;
  readonly log: (message: string) => void;
}

interface Entry {
  readonly key: string;
  readonly data: Dataset;
  /** The seed that it depends on; undefined where it asked for none. */
  readonly seed: number | undefined;
  /** Of the random numbers, where it has drawn any: what is made after it goes on from there. */
  readonly randomState: readonly number[] | undefined;
  readonly messages: readonly string[];
}

/**
 * The last datasets that a process has loaded: the runs of a sweep mostly share theirs, and reading it takes longer than
 * pruning a small net. One that depends on the seed (a split, say) counts for that seed alone.
 */
export class DatasetCache {
  private entries: Entry[] = [];
  private readonly size: number;

  constructor(size = 2) {
    this.size = size;
  }

  /** @throws what loading it throws. */
  async load(part: Part<'dataset'>, { registry, seed, random, baseFolder, log }: Around): Promise<Dataset> {
    const key = `${canonicalJson(part)} ${baseFolder}`;
    const found = this.entries.find((entry) => entry.key === key && (entry.seed === undefined || entry.seed === seed));
    if (found !== undefined) {
      this.entries = [found, ...this.entries.filter((entry) => entry !== found)];
      if (found.randomState !== undefined) random.restore(found.randomState);
      for (const message of found.messages) log(message);
      return found.data;
    }
    const messages: string[] = [];
    let asksForSeed = false;
    let asksForRandom = false;
    const container = new PartContainer(registry)
      .bind(BASE_FOLDER, baseFolder)
      .bind(LOG, (message) => {
        messages.push(message);
        log(message);
      })
      .bindLazily(SEED, () => {
        asksForSeed = true;
        return seed;
      })
      .bindLazily(RANDOM, () => {
        asksForRandom = true;
        return random;
      });
    const data = await container.make(part).load();
    const entry = {
      key,
      data,
      seed: asksForSeed || asksForRandom ? seed : undefined,
      randomState: asksForRandom ? random.state() : undefined,
      messages,
    };
    this.entries = [entry, ...this.entries].slice(0, this.size);
    return data;
  }
}
