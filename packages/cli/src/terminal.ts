import picocolors from 'picocolors';

export type Colours = ReturnType<typeof picocolors.createColors>;

/**
 * Where a command writes. Its answer goes to stdout; with `json` that is one document and nothing else, and what it
 * would have shown goes to stderr, where progress and messages are.
 */
export class Terminal {
  json = false;
  /** Shows what only the project's own developers need: stacks. */
  verbose = false;
  /** Takes away what is drawn at the cursor (a progress bar), so that a line can be written there. */
  clear: (() => void) | undefined;
  private readonly stdout: NodeJS.WriteStream;
  private readonly stderr: NodeJS.WriteStream;
  private readonly writeStdout: (text: string) => void;

  /** Takes stdout over: whatever else writes there (a banner of tfjs, a plugin’s console.log) is led to stderr. */
  constructor({ stdout, stderr }: Pick<NodeJS.Process, 'stdout' | 'stderr'> = process) {
    this.stdout = stdout;
    this.stderr = stderr;
    const write = stdout.write.bind(stdout);
    this.writeStdout = (text) => void write(text);
    stdout.write = stderr.write.bind(stderr) as typeof stdout.write;
    // A reader that has gone away (`| head`) is no reason to stop, nor to complain.
    for (const stream of [stdout, stderr]) stream.on('error', ignoreClosedPipe);
  }

  /** For people: the answer, or part of it. */
  print(text = ''): void {
    this.clear?.();
    if (this.json) this.stderr.write(`${text}\n`);
    else this.writeStdout(`${text}\n`);
  }

  /** For people: what happens on the way. */
  note(text = ''): void {
    this.clear?.();
    this.stderr.write(`${text}\n`);
  }

  /** For programs: the one document. */
  printJson(value: unknown): void {
    this.writeStdout(`${JSON.stringify(value, null, 2)}\n`);
  }

  /** Of what is printed. */
  get colours(): Colours {
    return picocolors.createColors(wantsColour(this.json ? this.stderr : this.stdout));
  }

  /** Of what is noted. */
  get noteColours(): Colours {
    return picocolors.createColors(wantsColour(this.stderr));
  }

  get width(): number {
    const stream = this.json ? this.stderr : this.stdout;
    const width = stream.isTTY ? stream.columns : Number(process.env['COLUMNS']);
    return Math.max(40, width || 80);
  }

  /** Whether what is noted can be drawn over: a terminal that a person looks at. */
  get isLive(): boolean {
    return this.stderr.isTTY === true && !process.env['CI'] && process.env['TERM'] !== 'dumb';
  }

  /** Where progress is drawn. */
  get progress(): NodeJS.WriteStream {
    return this.stderr;
  }
}

/** https://no-color.org and https://force-color.org; otherwise colour is for terminals. */
export function wantsColour(stream: { readonly isTTY?: boolean }, env: NodeJS.ProcessEnv = process.env): boolean {
  if (env['NO_COLOR']) return false;
  if (env['FORCE_COLOR']) return env['FORCE_COLOR'] !== '0' && env['FORCE_COLOR'] !== 'false';
  return stream.isTTY === true && env['TERM'] !== 'dumb';
}

function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}
