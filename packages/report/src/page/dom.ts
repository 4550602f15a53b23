type Child = Node | string | number | null | undefined | false;
type Attributes = Readonly<Record<string, string | number | boolean | ((event: Event) => void) | undefined>>;

/** An element; what is told to people goes in as text, so that no name in it becomes markup. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly (Child | readonly Child[])[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== undefined && value !== false) element.setAttribute(name, String(value));
  }
  for (const child of children.flat()) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
  return element;
}

export interface TableColumn<T> {
  readonly title: string;
  readonly cell: (row: T) => Child;
  readonly isNumber?: boolean;
}

const MOST_ROWS = 200;

export function tableOf<T>(caption: string, columns: readonly TableColumn<T>[], rows: readonly T[]): HTMLElement {
  const cell = ({ cell: of, isNumber }: TableColumn<T>, row: T, i: number) =>
    i === 0 ? h('th', { scope: 'row' }, of(row)) : h('td', { class: isNumber ? 'number' : undefined }, of(row));
  const more = rows.length > MOST_ROWS ? h('p', { class: 'note' }, `${rows.length - MOST_ROWS} more; the filters narrow them.`) : null;
  const head = columns.map(({ title, isNumber }) => h('th', { scope: 'col', class: isNumber ? 'number' : undefined }, title));
  const body = rows.slice(0, MOST_ROWS).map((row) =>
    h(
      'tr',
      {},
      columns.map((column, i) => cell(column, row, i)),
    ),
  );
  // What scrolls must be reachable by keyboard.
  return h(
    'div',
    { class: 'scroll', tabindex: 0, role: 'group', 'aria-label': caption },
    h('table', {}, h('caption', {}, caption), h('thead', {}, h('tr', {}, head)), h('tbody', {}, body)),
    more,
  );
}
