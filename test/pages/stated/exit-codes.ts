import { limits } from '../../../src/core/base/limits.ts';
import { constant, written } from '../code-value.ts';
import { code, everyExit, fact, figure, type Held, kib, measured, mib, percent } from '../held.ts';

const lossFile = 'src/media/damage/loss.ts';

export const exitCodesPage: readonly Held[] = [
  everyExit,
  code`in one line of at most ${limits.reasonChars} characters`,
  code`for a reason of more than ${limits.reasonChars} characters`,
  code`lacks at least ${percent(constant(lossFile, 'lostShare'))} % or ${constant(lossFile, 'lostSeconds')} s of the sound that the file states or shows, or ${kib(constant(lossFile, 'lostBytes'))} KiB in the middle of it`,
  code`for all of at least ${constant('src/pipeline/read/row-alarms.ts', 'leastCallsAlike')} calls`,
  code`${0.03 * constant('formats/frames/g723-frames.ts', 'longestPause')} s of frames or more`,
  code`future or before ${written('src/core/time/plausible-start.ts', /firstRecorders = '(\d{4})-/)[0].toString()}, one start`,
  code`or more than a ${limits.messagesPerFile === 1_000_000 ? 'million' : figure(limits.messagesPerFile)}, of which`,
  code`files longer than ${mib(limits.framesCheckedBytes)} MiB`,
  code`from ${percent(constant(lossFile, 'lostShare'))} % of the file on`,
  ...fact(
    'examples',
    '12 calls that start',
    '`I340=12`',
    'e.g. 2^31 Hz',
    'a file of 0 bytes',
    'e.g. 16,000 Hz and 16,000 bytes per second of 16-bit samples, or 16 bits in blocks of four bytes',
  ),
  ...fact('version 0.1.0', 'fewer than 130 kB of pages'),
  measured('A disk that does not return bytes', 'test/cli/machine-faults.test.ts'),
];
