export * from './config/index.ts';
export * from './run/index.ts';
