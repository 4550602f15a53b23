var __esDecorate = (this && this.__esDecorate) || function (ctor, descriptorIn, decorators, contextIn, initializers, extraInitializers) {
    function accept(f) { if (f !== void 0 && typeof f !== "function") throw new TypeError("Function expected"); return f; }
    var kind = contextIn.kind, key = kind === "getter" ? "get" : kind === "setter" ? "set" : "value";
    var target = !descriptorIn && ctor ? contextIn["static"] ? ctor : ctor.prototype : null;
    var descriptor = descriptorIn || (target ? Object.getOwnPropertyDescriptor(target, contextIn.name) : {});
    var _, done = false;
    for (var i = decorators.length - 1; i >= 0; i--) {
        var context = {};
        for (var p in contextIn) context[p] = p === "access" ? {} : contextIn[p];
        for (var p in contextIn.access) context.access[p] = contextIn.access[p];
        context.addInitializer = function (f) { if (done) throw new TypeError("Cannot add initializers after decoration has completed"); extraInitializers.push(accept(f || null)); };
        var result = (0, decorators[i])(kind === "accessor" ? { get: descriptor.get, set: descriptor.set } : descriptor[key], context);
        if (kind === "accessor") {
            if (result === void 0) continue;
            if (result === null || typeof result !== "object") throw new TypeError("Object expected");
            if (_ = accept(result.get)) descriptor.get = _;
            if (_ = accept(result.set)) descriptor.set = _;
            if (_ = accept(result.init)) initializers.unshift(_);
        }
        else if (_ = accept(result)) {
            if (kind === "field") initializers.unshift(_);
            else descriptor[key] = _;
        }
    }
    if (target) Object.defineProperty(target, contextIn.name, descriptor);
    done = true;
};
var __runInitializers = (this && this.__runInitializers) || function (thisArg, initializers, value) {
    var useValue = arguments.length > 2;
    for (var i = 0; i < initializers.length; i++) {
        value = useValue ? initializers[i].call(thisArg, value) : initializers[i].call(thisArg);
    }
    return useValue ? value : void 0;
};
import { definePlugin, inject, injectable, OPTIONS, z } from '@espalier/core';
import * as tf from '@tensorflow/tfjs';
const entropyOptions = z.object({ bins: z.int().min(2).max(256).default(32).describe('How finely sizes are told apart.') });
/**
 * How much the size of a weight tells: −log₂ p, where p is the share of its layer's weights in the same bin of |w|.
 * Common sizes go first; the mean of the scores is the layer's entropy in bits.
 */
let EntropyScorer = (() => {
    let _classDecorators = [injectable()];
    let _classDescriptor;
    let _classExtraInitializers = [];
    let _classThis;
    var EntropyScorer = class {
        static { _classThis = this; }
        static {
            const _metadata = typeof Symbol === "function" && Symbol.metadata ? Object.create(null) : void 0;
            __esDecorate(null, _classDescriptor = { value: _classThis }, _classDecorators, { kind: "class", name: _classThis.name, metadata: _metadata }, null, _classExtraInitializers);
            EntropyScorer = _classThis = _classDescriptor.value;
            if (_metadata) Object.defineProperty(_classThis, Symbol.metadata, { enumerable: true, configurable: true, writable: true, value: _metadata });
            __runInitializers(_classThis, _classExtraInitializers);
        }
        options;
        independent = true;
        constructor(options) {
            this.options = options;
        }
        score(parameters) {
            return parameters.map((parameter) => tf.tidy(() => this.bits(parameter)));
        }
        bits({ variable, size }) {
            const sizes = tf.abs(variable);
            const bin = tf.floor(sizes.div(sizes.max().add(1e-12)).mul(this.options.bins)).toInt();
            const counts = tf.bincount(bin.flatten(), [], this.options.bins + 1);
            return tf.log(tf.gather(counts, bin).div(size)).div(-Math.LN2);
        }
    };
    return EntropyScorer = _classThis;
})();
export { EntropyScorer };
export default definePlugin({
    name: '@espalier-examples/entropy-scorer',
    scorers: { entropy: { use: EntropyScorer, options: entropyOptions, description: 'How rare the size of a weight is in its layer.' } },
});
