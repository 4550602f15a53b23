import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

/** Lines of stderr that are shown of a process that fails. */
const LAST_LINES = 20;

/**
 * A process that prepares its work once and does it again for each line it reads. It answers with a line of JSON: once
 * when it is ready, and with its figures after each turn. It ends with its stdin.
 */
export class MeasuredProcess {
  private readonly label: string;
  private readonly child: ChildProcess;
  private readonly answers: AsyncIterator<string>;
  private complaints: string[] = [];

  private constructor(label: string, { program, args, env }: Command) {
    this.label = label;
    this.child = spawn(program, args, { env: env ?? process.env, stdio: ['pipe', 'pipe', 'pipe'] });
    this.child.on('error', (error) => this.complaints.push(error.message));
    this.child.stdin?.on('error', () => {});
    this.answers = createInterface({ input: this.child.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]();
    createInterface({ input: this.child.stderr as NodeJS.ReadableStream }).on('line', (line) => {
      this.complaints = [...this.complaints.slice(1 - LAST_LINES), line];
    });
  }

  static async start(label: string, command: Command): Promise<MeasuredProcess> {
    const started = new MeasuredProcess(label, command);
    await started.answer();
    return started;
  }

  async turn(): Promise<Readonly<Record<string, number>>> {
    this.child.stdin?.write('\n');
    return this.answer();
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.child.once('close', resolve));
    this.child.stdin?.end();
    await ended;
  }

  private async answer(): Promise<Readonly<Record<string, number>>> {
    const { value, done } = await this.answers.next();
    if (done) throw new Error(`${this.label} ended before it answered:\n${this.complaints.join('\n')}`);
    return JSON.parse(value);
  }
}
