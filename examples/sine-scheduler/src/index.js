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
import { definePlugin, inject, injectable, OPTIONS, part, SCHEDULER, SCORER, z, } from '@espalier/core';
/** Up along a quarter of a sine: fast at first, when there is most to spare, and flat at the end. */
export class SineScheduler {
    sparsityAt({ progress }, target) {
        return target * Math.sin((Math.PI / 2) * progress);
    }
}
const followOptions = z.object({
    scorer: part('scorer'),
    scheduler: part('scheduler', 'sine'),
    every: z.int().min(1).default(10).describe('Steps between two cuts.'),
});
/** Cuts while it trains, to the sparsity that the scheduler wants at each step. */
let FollowStrategy = (() => {
    let _classDecorators = [injectable()];
    let _classDescriptor;
    let _classExtraInitializers = [];
    let _classThis;
    var FollowStrategy = class {
        static { _classThis = this; }
        static {
            const _metadata = typeof Symbol === "function" && Symbol.metadata ? Object.create(null) : void 0;
            __esDecorate(null, _classDescriptor = { value: _classThis }, _classDecorators, { kind: "class", name: _classThis.name, metadata: _metadata }, null, _classExtraInitializers);
            FollowStrategy = _classThis = _classDescriptor.value;
            if (_metadata) Object.defineProperty(_classThis, Symbol.metadata, { enumerable: true, configurable: true, writable: true, value: _metadata });
            __runInitializers(_classThis, _classExtraInitializers);
        }
        options;
        scorer;
        scheduler;
        constructor(options, scorer, scheduler) {
            this.options = options;
            this.scorer = scorer;
            this.scheduler = scheduler;
        }
        async prune(run) {
            await run.train(run.budget, async (step) => {
                const isDue = step.number % this.options.every === 0 || step.number === step.total;
                if (isDue)
                    await run.cut(this.scorer, this.scheduler.sparsityAt(step, run.sparsity));
            });
        }
    };
    return FollowStrategy = _classThis;
})();
export { FollowStrategy };
export default definePlugin({
    name: '@espalier-examples/sine-scheduler',
    schedulers: { sine: { use: SineScheduler, description: 'Up along a quarter of a sine.' } },
    strategies: { follow: { use: FollowStrategy, options: followOptions, description: 'Cuts while it trains, as the scheduler wants.' } },
});
