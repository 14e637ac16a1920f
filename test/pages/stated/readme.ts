import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { reconciliationStatuses } from '../../../src/core/model/recording.ts';
import { root } from '../../cli/rig.ts';
import { constant, timesIn, written } from '../code-value.ts';
import { code, fact, type Held, inWords } from '../held.ts';
import { oldestNode } from '../package-facts.ts';

/** Debian packages that `bin/setup --tests` installs besides those that longplay needs: one for each required program or header, and its companions. */
const setup = readFileSync(join(root, 'bin/setup'), 'utf8');
const [, forTests = ''] = /= --tests \]; then\n([\s\S]*?)\nfi\n/.exec(setup) ?? [];
const debianPackages = [...forTests.matchAll(/^ *need(?:_header)? \S+ '?([a-z][^'\n]*)'?$|packages\+=\(([a-z][\w.-]*)\)/gm)].flatMap(
  ([, some = '', one = '']) => `${some} ${one}`.trim().split(' '),
).length;

export const readme: readonly Held[] = [
  code`On Debian 13 with Node.js ${oldestNode} or later`,
  code`for the tests also ${debianPackages} packages`,
  code`imports ${inWords(timesIn('bin/demo', /longplay import /g))} exports of samples/`,
  ...fact('who longplay is for', 'ten years of calls'),
];

export const guarantees: readonly Held[] = [code`(${inWords(reconciliationStatuses.length)} statuses)`];

export const limits: readonly Held[] = [
  code`one original in ${constant('src/media/decode/second-opinion.ts', 'oneIn')} is decoded by a second decoder`,
  code`(all ${written('test/formats/codecs/g729/g729.test.ts', /([\d,]+) frames, \d+ of them/)[0] * constant('formats/codecs/g729/decoder.ts', 'g729FrameSamples')} samples of the ITU's test vectors`,
  ...fact('what telephone sound is: Mu-law and A-law of ITU-T G.711, 8 kHz; a rate that is wrong by a quarter', '6 kHz as 8 kHz'),
];

export const tutorial: readonly Held[] = [
  ...fact('test/browser/tutorial.test.ts does it', 'here 90 days'),
  ...fact('docs/reference/exit-codes.md', 'ends with exit code 0 if the archive is intact, and with 4 if'),
];
