#!/usr/bin/env node
import { setFlagsFromString } from 'node:v8';
import { descriptorLimit, fewDescriptors, fewestDescriptors, isOutOfDescriptors } from '../src/cli/machine/descriptors.ts';

// V8 counts the samples of each recording, which lie outside its heap, as growth of the heap, and marks all of it anew after every 13 MB: an import of short
// calls spends a sixth of its time on that. With room for twice of what lives it does so a quarter as often, for 40 MB more.
setFlagsFromString('--heap-growing-percent=200');
// V8 of Node.js 20 compiles a function for speed as soon as it has run 66 kB of bytecode, and much of that code ends before it paid. With six times that an import of 6 calls
// takes 1.41 s of CPU time for 1.51 (medians of 15 in turns), and a conversion of 3,000 calls of 2 s 26.8 s for 29.1 (of 3). Later versions have a compiler in between.
if (process.versions.node.startsWith('20.')) setFlagsFromString('--interrupt-budget=400000');
// Node.js ends with 13, and says nothing, where nothing is left that could go on and yet something is waited for.
process.once('exit', () => {
  if (process.exitCode !== 13) return;
  process.stderr.write('longplay: unexpected failure, this is a bug: the work stood still before it was done; please report it with the command\n');
  process.exitCode = 1;
});
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
