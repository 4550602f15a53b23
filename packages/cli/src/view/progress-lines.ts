import type { ExperimentEvent, Plan } from '@espalier/experiment';
import type { Terminal } from '../terminal.ts';
import { percent, plural, seconds, significant } from './format.ts';
import type { Progress } from './progress.ts';

/** A line per epoch, for logs and pipes. */
export class ProgressLines implements Progress {
  private readonly terminal: Terminal;
  private plan: Plan | undefined;

  constructor(terminal: Terminal) {
    this.terminal = terminal;
  }

  show(event: ExperimentEvent): void {
    if (event.type === 'plan') this.plan = event.plan;
    const line = lineOf(event, this.plan);
    if (line !== undefined) this.terminal.note(line);
  }

  end(): void {}
}

/** The line that stands for an event; undefined for those that come too often to be told. */
export function lineOf(event: ExperimentEvent, plan?: Plan): string | undefined {
  switch (event.type) {
    case 'epoch': {
      const validation = event.validation === undefined ? [] : [`validation loss ${significant(event.validation.loss)}`];
      const sparsity = event.phase === 'prune' ? [`sparsity ${percent(event.sparsity)}`] : [];
      return [`${event.phase} epoch ${epochOf(event, plan)}`, `loss ${significant(event.loss)}`, ...validation, ...sparsity].join('  ');
    }
    case 'dense': {
      const { accuracy } = event.measurement;
      const how = event.seconds === 0 ? 'was there already' : `trained in ${seconds(event.seconds)}`;
      return `dense model ${how}${accuracy === null ? '' : `: accuracy ${percent(accuracy)}`}`;
    }
    case 'sparse': {
      const { layers, sparseLayers, weights, zeros } = event;
      const share = zeros === 0 ? 'there are no zeros to skip' : `${percent(zeros / weights)} zeros`;
      return `compiled to sparse kernels: ${sparseLayers} of ${plural(layers, 'layer')} with weights run on one, ${share}`;
    }
    case 'rewind':
      return `weights back to ${event.to}`;
    case 'log':
      return event.message;
    default:
      return undefined;
  }
}

/** `2/4`: over all rounds of pruning, where their epochs are known to be of one length. */
export function epochOf({ phase, done, epoch, epochs }: Extract<ExperimentEvent, { type: 'epoch' }>, plan?: Plan): string {
  if (phase !== 'prune' || plan === undefined) return `${epoch}/${epochs}`;
  const { stepsPerEpoch, pruneSteps } = plan.training;
  return `${Math.ceil(done / stepsPerEpoch)}/${Math.ceil(pruneSteps / stepsPerEpoch)}`;
}
