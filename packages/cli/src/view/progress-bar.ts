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
  private training: Plan['training'] | undefined;
  /** A dense model that was there already cost nothing, so that nothing of it is counted. */
  private isDenseThere = false;
  private denseStepsPerEpoch = 1;
  private sparsity = 0;

  constructor(terminal: Terminal) {
    this.terminal = terminal;
  }

  show(event: ExperimentEvent): void {
    switch (event.type) {
      case 'plan':
        this.training = event.plan.training;
        // Until the first dense epoch tells: its batches may have another size.
        this.denseStepsPerEpoch = event.plan.training.stepsPerEpoch;
        break;
      case 'step':
        if (this.training !== undefined) this.step(event, this.training);
        break;
      case 'epoch':
        if (event.phase === 'dense') this.denseStepsPerEpoch = Math.ceil(event.step / event.epoch);
        break;
      case 'cut':
        this.sparsity = event.sparsity;
        break;
      case 'dense':
        this.isDenseThere = event.seconds === 0;
        this.pace.restart();
        this.note(event);
        break;
      case 'log':
      case 'sparse':
        this.note(event);
        break;
    }
  }

  end(): void {
    this.bar?.stop();
    this.bar = undefined;
    this.terminal.clear = undefined;
  }

  private note(event: ExperimentEvent): void {
    const line = lineOf(event);
    if (line !== undefined) this.terminal.note(line);
  }

  private step({ phase, done, loss }: Extract<ExperimentEvent, { type: 'step' }>, training: Plan['training']): void {
    const { denseSteps, pruneSteps, shrinkSteps, stepsPerEpoch } = training;
    const steps = { dense: denseSteps, prune: pruneSteps, shrink: shrinkSteps }[phase];
    const perEpoch = phase === 'dense' ? this.denseStepsPerEpoch : stepsPerEpoch;
    const dense = this.isDenseThere ? 0 : denseSteps;
    const before = { dense: 0, prune: dense, shrink: dense + pruneSteps }[phase];
    const total = dense + pruneSteps + shrinkSteps;
    this.pace.reached(before + done);
    const shown = {
      phase,
      epoch: `${Math.ceil(done / perEpoch)}/${Math.ceil(steps / perEpoch)}`,
      loss: significant(loss),
      sparsity: phase === 'dense' ? '' : `  sparsity ${percent(this.sparsity, 1)}`,
      left: this.pace.left(total),
    };
    if (this.bar === undefined) this.bar = this.draw(total, before + done, shown);
    else this.bar.update(before + done, shown);
  }

  private draw(total: number, done: number, shown: Readonly<Record<string, string>>): SingleBar {
    const bar = new SingleBar({
      format: '{bar} {percentage}%  {phase}  epoch {epoch}  loss {loss}{sparsity}  {left}',
      stream: this.terminal.progress,
      barsize: 20,
      barCompleteChar: '━',
      barIncompleteChar: '╌',
      clearOnComplete: true,
      fps: 8,
    });
    bar.start(total, done, shown);
    // It is drawn again below the line at the next step.
    this.terminal.clear = () => this.end();
    return bar;
  }
}
