// With the rules of tfjs's layers, which the door brings.
import '../index.ts';

export { shapeRuleOf } from '../shape-rule.ts';
