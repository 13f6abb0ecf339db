import { checkNode, ensureDependencies } from './lib/setup.mjs';

checkNode();
await ensureDependencies();
