import { watch as watchFolder } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';

/** Editors write in several steps: what follows within so many milliseconds is one change. */
const SETTLED = 120;

/** Files that are looked at until one of them is another. */
export class WatchedFiles {
  private readonly seen: ReadonlyMap<string, string>;
  private readonly closing: (() => void)[] = [];
  private timer: NodeJS.Timeout | undefined;

  private constructor(seen: ReadonlyMap<string, string>) {
    this.seen = seen;
  }

  /** Takes the files as they are now. Close it in the end. */
  static async of(files: readonly string[]): Promise<WatchedFiles> {
    return new WatchedFiles(new Map(await Promise.all(files.map(async (file) => [file, await contentOf(file)] as const))));
  }

  get count(): number {
    return this.seen.size;
  }

  /** The first file that is another than it was; one that is saved unchanged is not. */
  async changed(): Promise<string> {
    return new Promise((resolve) => {
      const look = async () => {
        for (const [file, before] of this.seen) if ((await contentOf(file)) !== before) resolve(file);
      };
      const soon = () => {
        clearTimeout(this.timer);
        this.timer = setTimeout(() => void look(), SETTLED);
      };
      // Editors replace files: a folder tells of it, and of files that are not there yet.
      for (const folder of new Set([...this.seen.keys()].map((file) => path.dirname(file)))) this.follow(folder, soon);
      // What changed before anything was watched.
      soon();
    });
  }

  private follow(folder: string, onChange: () => void): void {
    try {
      const watcher = watchFolder(folder, onChange);
      // A folder that goes: its files are others now.
      watcher.on('error', onChange);
      this.closing.push(() => watcher.close());
    } catch {
      // No such folder, or no more watches to be had: then it is asked for.
      const timer = setInterval(onChange, 1000);
      this.closing.push(() => clearInterval(timer));
    }
  }

  close(): void {
    clearTimeout(this.timer);
    for (const close of this.closing) close();
  }
}

async function contentOf(file: string): Promise<string> {
  return readFile(file, 'utf8').catch(() => '');
}
