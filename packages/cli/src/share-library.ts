import { shareModules } from '@espalier/experiment';

/** A plugin may import the library that loads it: it gets this one, and the rules that it defines are those that count. */
shareModules({ espalier: () => import('./index.ts') });
