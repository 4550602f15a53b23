import type { Constants, ConstantsCall } from '../shape-rule.ts';
import { activationValue, mixesUnits } from './activation-values.ts';

/** A sum over inputs, a bias and an activation: Dense, convolutions. */
interface Linear {
  readonly kernel: string;
  /** The kernel's two last axes the other way round: units, inputs. */
  readonly isTransposed?: boolean;
  /** What is known of its inputs. */
  readonly inputs: Constants;
  /** False where zeros stand beside the input, or a kernel hangs over its edge: only zero is then the same everywhere. */
  readonly isUniform: boolean;
}

/** What the units of a linear layer always give: b + Σ w·k over inputs that are constant, where all that count are. */
export function linearConstants(call: ConstantsCall, linear: Linear): Constants {
  const sums = sumsOfConstants(call, linear);
  const bias = call.weights['bias']?.values;
  const { activation } = call.config;
  if (mixesUnits(activation)) return null;
  return sums.map((sum, unit) => (Number.isNaN(sum) ? Number.NaN : activationValue(activation, sum + (bias?.[unit] ?? 0))));
}

function sumsOfConstants({ weights }: ConstantsCall, { kernel, isTransposed, inputs, isUniform }: Linear): Float32Array {
  const { values, shape } = weights[kernel] as ConstantsCall['weights'][string];
  const [rows, columns] = shape.slice(-2) as [number, number];
  const units = isTransposed ? rows : columns;
  const sums = new Float32Array(units);
  let known = units;
  for (let start = 0, row = 0; start < values.length && known > 0; start += columns, row = (row + 1) % rows) {
    for (let column = 0; column < columns; column++) {
      const value = values[start + column] as number;
      const constant = inputs === null ? Number.NaN : (inputs[isTransposed ? column : row] as number);
      if (value === 0 || constant === 0) continue;
      const unit = isTransposed ? row : column;
      const sum = sums[unit] as number;
      const next = isUniform ? sum + value * constant : Number.NaN;
      if (Number.isNaN(next) && !Number.isNaN(sum)) known--;
      sums[unit] = next;
    }
  }
  return sums;
}

/** Zero, where units that are constantly zero at every bias of zero stay so; NaN elsewhere. For axes that a layer leaves alone. */
export function zerosPassed(call: ConstantsCall, constants: Constants): Constants {
  const bias = call.weights['bias']?.values;
  const isSilent = activationValue(call.config['activation'], 0) === 0 && (bias === undefined || bias.every((value) => value === 0));
  if (constants === null || !isSilent) return null;
  return constants.map((value) => (value === 0 ? 0 : Number.NaN));
}
