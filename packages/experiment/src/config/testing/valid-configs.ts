import fc from 'fast-check';

const share = fc.double({ min: 0, max: 0.99, noNaN: true }).map((value) => Math.abs(Math.round(value * 100) / 100));
const rate = fc.oneof(
  fc.constantFrom(0.1, 0.001, 1e-7),
  fc.constantFrom('cosine', 'step'),
  fc.record({ step: fc.record({ factor: fc.constantFrom(0.1, 0.5), at: fc.constantFrom([0.5], [0.25, 0.75]) }, { requiredKeys: [] }) }),
);
const optimizer = fc.oneof(
  fc.constantFrom('sgd', 'momentum', 'adam', 'rmsprop'),
  fc.record({ adam: fc.record({ learningRate: rate, weightDecay: share }, { requiredKeys: [] }) }),
);
const pattern = fc.oneof(
  fc.constantFrom('dense*', '**', 'output/kernel', '0', 'null', '- a', '# b', "it's", '*x', '!y', 'a: b', ' c '),
  fc.string({ minLength: 1, maxLength: 12 }),
);

/** Plain configs that are right, for the local plugin of the config folder. */
export const validConfigs = fc.record(
  {
    name: fc.constantFrom('a', '1.5', 'true', '0x10', 'null', '2026-11-24'),
    seed: fc.nat(),
    plugins: fc.constant(['./local.ts']),
    data: fc.constantFrom('digits', { digits: null }),
    model: fc.record({ net: fc.record({ hidden: fc.array(fc.integer({ min: 1, max: 999 }), { minLength: 1, maxLength: 3 }) }) }),
    loss: fc.constantFrom('sparseCategoricalCrossentropy', 'meanSquaredError'),
    train: fc.record(
      { epochs: fc.integer({ min: 1, max: 9 }), batchSize: fc.integer({ min: 1, max: 512 }), optimizer, validationSplit: share },
      { requiredKeys: [] },
    ),
    prune: fc.record(
      {
        strategy: fc.oneof(
          fc.constant('magnitude'),
          fc.record({
            magnitude: fc.record({ rounds: fc.integer({ min: 1, max: 9 }), scorer: fc.constant('magnitude') }, { requiredKeys: [] }),
          }),
        ),
        sparsity: share,
        threshold: fc.constantFrom('global', 'layer'),
        parameters: fc.array(
          fc.record(
            { match: pattern, type: fc.constant('Dense'), sparsity: share, exclude: fc.constant(false) },
            { requiredKeys: ['match', 'sparsity'] },
          ),
          { maxLength: 3 },
        ),
        optimizer,
        epochs: share,
      },
      { requiredKeys: ['strategy', 'sparsity'] },
    ),
    backend: fc.constantFrom('auto', 'wasm'),
    expect: fc.record({ accuracyDrop: fc.record({ max: share }), bytes: fc.record({ min: fc.nat() }) }, { requiredKeys: [] }),
  },
  { requiredKeys: ['name', 'plugins', 'data', 'model', 'prune'] },
);
