import type { ReportData } from '../html/report-data.ts';
import { h } from './dom.ts';
import type { Filter } from './view.ts';

/** More values than these are no row of boxes. */
const MOST_BOXES = 24;

/** Boxes and lists that narrow what is drawn; nothing chosen is no filter. */
export function filters(data: ReportData, filter: Filter, change: (filter: Filter) => void): HTMLElement {
  const strategies = unique(data.rows.map(({ strategy }) => strategy)).sort();
  const sparsities = unique(data.rows.flatMap(({ sparsity }) => (sparsity === null ? [] : [sparsity]))).sort((a, b) => a - b);
  const seeds = unique(data.rows.flatMap(({ runs }) => runs.map(([seed]) => seed))).sort((a, b) => a - b);
  const problems = unique(data.rows.map(({ problem }) => problem)).sort();
  return h(
    'form',
    { class: 'filters', 'aria-label': 'Filters', submit: (event) => event.preventDefault() },
    choice('Strategy', strategies, filter.strategies, String, (chosen) => change({ ...filter, strategies: chosen })),
    choice(
      'Sparsity',
      sparsities,
      filter.sparsities,
      (value) => String(value),
      (chosen) => change({ ...filter, sparsities: chosen }),
    ),
    choice('Seed', seeds, filter.seeds, String, (chosen) => change({ ...filter, seeds: chosen })),
    problems.length > 1 && problemChoice(problems, filter, change),
    h('button', { type: 'button', click: () => change({ strategies: new Set(), sparsities: new Set(), seeds: new Set() }) }, 'Show all'),
  );
}

function choice<T>(
  title: string,
  values: readonly T[],
  chosen: ReadonlySet<T>,
  text: (value: T) => string,
  change: (chosen: ReadonlySet<T>) => void,
) {
  if (values.length < 2) return null;
  if (values.length > MOST_BOXES) return longChoice(title, values, chosen, text, change);
  const box = (value: T) => {
    const input = h('input', {
      type: 'checkbox',
      name: title.toLowerCase(),
      value: text(value),
      checked: chosen.has(value),
      change: () => {
        const next = new Set(chosen);
        if (!next.delete(value)) next.add(value);
        change(next);
      },
    });
    return h('label', {}, input, ' ', text(value));
  };
  return h('fieldset', {}, h('legend', {}, title), values.map(box));
}

function longChoice<T>(
  title: string,
  values: readonly T[],
  chosen: ReadonlySet<T>,
  text: (value: T) => string,
  change: (chosen: ReadonlySet<T>) => void,
) {
  const options = values.map((value, i) => h('option', { value: i, selected: chosen.has(value) }, text(value)));
  const select = h(
    'select',
    {
      multiple: true,
      size: 5,
      name: title.toLowerCase(),
      change: () => change(new Set([...select.selectedOptions].map((option) => values[Number(option.value)] as T))),
    },
    options,
  );
  return h('label', { class: 'long' }, title, select);
}

function problemChoice(problems: readonly string[], filter: Filter, change: (filter: Filter) => void) {
  const options = ['all of them', ...problems].map((problem, i) =>
    h('option', { value: i, selected: i > 0 && filter.problem === problem }, problem),
  );
  const select = h(
    'select',
    { name: 'problem', change: () => change({ ...filter, problem: problems[Number(select.value) - 1] }) },
    options,
  );
  return h('label', { class: 'long' }, 'Data, model, training ', select);
}

function unique<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}
