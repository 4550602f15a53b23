#!/usr/bin/env node
import { setUp } from './setup/set-up.mjs';

// Asked for by name, it also tries again what failed the last time.
await setUp({ again: true });
