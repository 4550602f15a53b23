import type { ExperimentEvent, Plan } from '@espalier/experiment';
import { SingleBar } from 'cli-progress';
import type { Terminal } from '../terminal.ts';
import { percent, significant } from './format.ts';
import { Pace } from './pace.ts';
import type { Progress } from './progress.ts';
import { lineOf } from './progress-lines.ts';

/** One bar over the whole run: dense training and pruning together. */
export class ProgressBar implements Progress {
  private readonly terminal: Terminal;
  private readonly pace = new Pace();
  private bar: SingleBar | undefined;
  /** Steps of the whole run, and those of what is finished: the dense training, earlier stretches of pruning. */
  private total = 0;
  private finished = 0;
  private denseSteps = 0;
  /** The last step of the stretch under way. */
  private last = 0;
  private stepsPerEpoch = 1;
  private sparsity = 0;

  constructor(terminal: Terminal) {
    this.terminal = terminal;
  }

  show(event: ExperimentEvent): void {
    switch (event.type) {
      case 'plan':
        this.expect(event.plan);
        break;
      case 'step':
        this.step(event);
        break;
      case 'epoch':
        this.stepsPerEpoch = Math.ceil(event.step / event.epoch);
        this.sparsity = event.sparsity;
        break;
      case 'cut':
        this.sparsity = event.sparsity;
        break;
      case 'dense':
        this.leaveDense(event.seconds);
        this.above(lineOf(event));
        break;
      case 'log':
        this.above(lineOf(event));
        break;
    }
  }

  end(): void {
    this.bar?.stop();
    this.bar = undefined;
  }

  private expect({ training }: Plan): void {
    this.denseSteps = training.denseSteps;
    this.total = training.denseSteps + training.pruneSteps;
    this.stepsPerEpoch = training.stepsPerEpoch;
  }

  private step({ phase, step, total, loss }: Extract<ExperimentEvent, { type: 'step' }>): void {
    // A new stretch of training counts from 1 again.
    if (step <= this.last) this.finished += this.last;
    this.last = step;
    const done = Math.min(this.total, this.finished + step);
    this.pace.reached(done);
    const epochs = Math.ceil(total / this.stepsPerEpoch);
    const shown = {
      phase,
      epoch: `${Math.min(epochs, Math.ceil(step / this.stepsPerEpoch))}/${epochs}`,
      loss: significant(loss),
      sparsity: percent(this.sparsity, 1),
      left: this.pace.left(this.total),
    };
    if (this.bar === undefined) this.bar = this.draw(done, shown);
    else this.bar.update(done, shown);
  }

  private draw(done: number, shown: Readonly<Record<string, string>>): SingleBar {
    const bar = new SingleBar({
      format: '{bar} {percentage}%  {phase}  epoch {epoch}  loss {loss}  sparsity {sparsity}  {left}',
      stream: this.terminal.progress,
      barsize: 20,
      barCompleteChar: '━',
      barIncompleteChar: '╌',
      clearOnComplete: true,
      fps: 8,
    });
    bar.start(this.total, done, shown);
    return bar;
  }

  /** A dense model that was there already cost nothing, so that nothing of it is counted. */
  private leaveDense(spent: number): void {
    if (spent === 0) this.total -= this.denseSteps;
    this.finished = spent === 0 ? 0 : this.denseSteps;
    this.last = 0;
    this.pace.restart();
  }

  /** The bar is drawn again below the line at the next step. */
  private above(line: string | undefined): void {
    if (line === undefined) return;
    this.end();
    this.terminal.note(line);
  }
}
