export { shareModules } from '@espalier/user-modules';
export * from './config/index.ts';
export * from './run/index.ts';
export * from './sweep/index.ts';
