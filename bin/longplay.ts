#!/usr/bin/env node
import { setFlagsFromString } from 'node:v8';
import { descriptorLimit, fewDescriptors, fewestDescriptors, isOutOfDescriptors } from '../src/cli/descriptors.ts';

// V8 counts the samples of each recording, which lie outside its heap, as growth of the heap, and marks all of it anew after every 13 MB: an import of short
// calls spends a sixth of its time on that. With room for twice of what lives it does so a quarter as often, for 40 MB more.
setFlagsFromString('--heap-growing-percent=200');
// Loading the program opens files: without descriptors even that fails, so it is tried where the failure can still be told.
if (descriptorLimit() < fewestDescriptors) process.exitCode = fewDescriptors();
else {
  try {
    const { main } = await import('../src/cli/main.ts');
    process.exitCode = await main();
  } catch (error) {
    if (!isOutOfDescriptors(error)) throw error;
    process.exitCode = fewDescriptors();
  }
}
