import { TestBed } from '@espalier/testkit';
import plugin from '../index.ts';

export const bed = new TestBed(plugin);
