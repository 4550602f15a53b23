/** One way to run a model, measured. */
export interface BenchedForm {
  /** `dense`: as if nothing were zero. `masked`: as it is, on tfjs. `sparse`: on sparse kernels. `one graph`: folded, as one TensorFlow graph. */
  readonly form: 'dense' | 'masked' | 'sparse' | 'one graph';
  /** `tensorflow`: native, Node alone. `wasm`: tfjs's WebAssembly backend. `none`: sparse kernels need no tfjs. */
  readonly backend: 'tensorflow' | 'wasm' | 'none';
  readonly threads: number | null;
  /** Median for one sample, its result read back; the quartiles around it. */
  readonly latencyMs: number;
  readonly lowMs: number;
  readonly highMs: number;
}

/** Which form to ship to a place, and why. */
export interface Shipped {
  readonly form: BenchedForm['form'];
  readonly backend: BenchedForm['backend'];
  readonly why: string;
}

/** A gain under this is not worth another file and another library. */
const WORTH = 1.1;

/** For pages and for Node; undefined where nothing of it was measured. */
export function whatToShip(measured: readonly BenchedForm[]): { readonly browser?: Shipped; readonly node?: Shipped } {
  const inBrowser = best(measured.filter(({ backend }) => backend !== 'tensorflow'));
  const inNode = best(measured);
  return { ...(inBrowser === undefined ? {} : { browser: inBrowser }), ...(inNode === undefined ? {} : { node: inNode }) };
}

/** The fastest, where that is more than what the others' spread and another file are worth; else the model as it is. */
function best(measured: readonly BenchedForm[]): Shipped | undefined {
  // What is dense is there to be compared with: it is not what the user has.
  const own = measured.filter(({ form }) => form !== 'dense').sort((a, b) => a.latencyMs - b.latencyMs);
  const [fastest] = own;
  if (fastest === undefined) return undefined;
  // On the backend of tfjs that is the faster one for it.
  const asIs = own.find(({ form }) => form === 'masked');
  const { form, backend } = fastest;
  if (asIs === undefined) return { form, backend, why: 'nothing else runs here' };
  if (fastest === asIs) {
    const next = own.find((each) => each !== asIs);
    const why = next === undefined ? 'nothing else runs here' : `${nameOf(next)} took ${ratio(next, asIs)} as long`;
    return { form, backend, why };
  }
  if (asIs.latencyMs / fastest.latencyMs < WORTH || fastest.highMs >= asIs.lowMs) {
    const why = `${nameOf(fastest)} gains no more than what measurements spread`;
    return { form: asIs.form, backend: asIs.backend, why };
  }
  return { form, backend, why: `${ratio(asIs, fastest)} the speed of ${nameOf(asIs)}` };
}

/** `masked on wasm`. */
export function nameOf({ form, backend }: Pick<BenchedForm, 'form' | 'backend'>): string {
  if (form === 'sparse') return 'the model on sparse kernels';
  if (form === 'one graph') return 'the model as one TensorFlow graph';
  return `the ${form} model on ${backend === 'tensorflow' ? 'tfjs-node' : 'tfjs-backend-wasm'}`;
}

function ratio(slow: BenchedForm, fast: BenchedForm): string {
  const factor = slow.latencyMs / fast.latencyMs;
  return `${factor.toFixed(factor < 2 ? 2 : 1)}×`;
}
