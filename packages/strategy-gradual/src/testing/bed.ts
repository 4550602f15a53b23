import gradientPlugin from '@espalier/strategy-gradient';
import magnitudePlugin from '@espalier/strategy-magnitude';
import { TestBed } from '@espalier/testkit';
import plugin from '../index.ts';

export const bed = new TestBed(plugin, magnitudePlugin, gradientPlugin);
