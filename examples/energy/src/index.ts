import {
  definePlugin,
  type EvaluatedModel,
  type Evaluator,
  type EvaluatorAnswer,
  inject,
  injectable,
  OPTIONS,
  type ReportedRuns,
  type ReportSection,
  type SectionBlock,
  z,
} from '@espalier/core';

const energyOptions = z.object({
  multiplyAdd: z.number().min(0).default(4.6).describe('Picojoules of a float32 multiply and add.'),
  read: z.number().min(0).default(640).describe('Picojoules to read a float32 weight from DRAM.'),
});

/**
 * Microjoules of one sample: each weight that is not zero is read once, and multiplied where it is used.
 * Figures of a 45 nm process: Horowitz, 2014, "Computing's Energy Problem", ISSCC, figure 1.1.9.
 */
@injectable()
export class EnergyEvaluator implements Evaluator {
  readonly unit = 'µJ';

  constructor(@inject(OPTIONS) private readonly options: z.infer<typeof energyOptions>) {}

  evaluate({ parameters }: EvaluatedModel): EvaluatorAnswer {
    const { multiplyAdd, read } = this.options;
    const details = Object.fromEntries(parameters.map(({ name, nonzero, uses }) => [name, (nonzero * (read + uses * multiplyAdd)) / 1e6]));
    return { value: Object.values(details).reduce((sum, one) => sum + one, 0), details };
  }
}

/** What the evaluator left in the records: a row for each parameter, a column for each setting (of its first run). */
export class EnergyByLayer implements ReportSection {
  readonly title = 'Energy by layer';

  show({ settings }: ReportedRuns): SectionBlock[] {
    const columns = settings.flatMap(({ label, runs }) => {
      const energy = runs[0]?.details.pruned['energy'] as Record<string, number> | undefined;
      return energy === undefined ? [] : [{ label, energy }];
    });
    if (columns.length === 0) return [];
    const names = [...new Set(columns.flatMap(({ energy }) => Object.keys(energy)))];
    const rows = names.map((name) => [name, ...columns.map(({ energy }) => energy[name] ?? null)]);
    const caption = 'Microjoules of one sample through the pruned model, reading its weights included';
    return [{ table: { caption, columns: ['parameter', ...columns.map(({ label }) => label)], rows } }];
  }
}

export default definePlugin({
  name: '@espalier-examples/energy',
  evaluators: {
    energy: { use: EnergyEvaluator, options: energyOptions, description: 'Microjoules of one sample, by weights and their uses.' },
  },
  reportSections: { energyByLayer: { use: EnergyByLayer, description: 'What the evaluator energy says of each parameter.' } },
});
