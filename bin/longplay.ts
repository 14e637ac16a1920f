#!/usr/bin/env node
import { setFlagsFromString } from 'node:v8';
import { descriptorLimit, fewDescriptors, fewestDescriptors, isOutOfDescriptors } from '../src/cli/machine/descriptors.ts';

// V8 counts the samples of each recording, which are outside its heap, as heap growth, and marks the whole heap again after every 13 MB: an import of short
// calls spends a sixth of its time on that. With room for 70 % of the live data it does so seldom enough: room for 200 % saves 2 % of the time (5,000 calls of 1 s) and takes 55 MB more.
setFlagsFromString('--heap-growing-percent=70');
// V8 of Node.js 20 optimises a function as soon as it has run 66 kB of bytecode, and much of that code ends before the effort pays off. With six times that limit an import of 6 calls
// takes 1.41 s of CPU time instead of 1.51 (medians of 15, alternating), and a conversion of 3,000 calls of 2 s 26.8 s instead of 29.1 (of 3). Later versions have an intermediate compiler.
if (process.versions.node.startsWith('20.')) setFlagsFromString('--interrupt-budget=400000');
// Node.js silently exits with 13 if a promise is awaited and nothing is left that could resolve it.
process.once('exit', () => {
  if (process.exitCode !== 13) return;
  process.stderr.write(
    'longplay: unexpected failure, this is a bug: the program stopped before its work was done; please report it with the command\n',
  );
  process.exitCode = 1;
});
// Loading the program opens files and fails without descriptors, so this is checked while the failure can still be reported.
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
