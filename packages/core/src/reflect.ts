// A module of its own, imported before tsyringe, which refuses to be loaded without it: bundlers run CommonJS, which this
// is, where it is imported, but after all ES modules that stand beside it.
import 'reflect-metadata/lite';
