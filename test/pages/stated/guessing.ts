import { clearDoubt } from '../../../formats/headerless/hypotheses.ts';
import { strongBytes } from '../../../formats/headerless/score.ts';
import { windowBytes, windowStep } from '../../../formats/headerless/windows.ts';
import { constant, written } from '../code-value.ts';
import { code, fact, type Held, measured, percent } from '../held.ts';

const windows = 'formats/headerless/windows.ts';
const hypotheses = 'formats/headerless/hypotheses.ts';
const adpcm = 'formats/headerless/adpcm.ts';
const codes = 'formats/headerless/codes.ts';
const score = 'formats/headerless/score.ts';
const [right, wrong, open] = ['right', 'wrong', 'open'].map((name) => constant(adpcm, name)) as [number, number, number];
const [slowest, fastest] = written(codes, /drift > (-[\d.]+) && drift < ([\d.]+)/) as readonly [number, number];
const blocks = [2, 3, 4].map((bits) => written(adpcm, new RegExp(`nmsBlockBytes = \\{.*\\b${bits}: (\\d+)`))[0]) as [number, number, number];
const strong = (pattern: RegExp): number => written(hypotheses, pattern)[0];
const [leastPositive, mostPositive] = [strong(/look\.positive >= ([\d.]+)/), strong(/look\.positive <= ([\d.]+)/)];

export const guessing: readonly Held[] = [
  code`up to ${constant(windows, 'firstLook')} windows of ${windowBytes} bytes`,
  code`reads ${constant(windows, 'secondLook')} windows where the first are silent`,
  code`reads ${constant(windows, 'glance')} windows first`,
  code`multiples of ${windowStep} bytes`,
  code`below ${constant('src/core/base/byte-spread.ts', 'evenChiSquare')}; random`,
  code`predictor of order ${constant('formats/headerless/waveform.ts', 'order')} leaves`,
  code`(variance above ${constant('formats/headerless/waveform.ts', 'silentVariance')}, -${Math.round(-10 * Math.log10(constant('formats/headerless/waveform.ts', 'silentVariance') / 2 ** 30))} dBFS)`,
  code`level above ${constant(hypotheses, 'mostLevel')} of full scale`,
  code`(roughness ${constant(hypotheses, 'roughPair')} to ${constant(hypotheses, 'mostRough')})`,
  code`; ${constant(hypotheses, 'fewSides')} windows must sound`,
  code`| G.722 | ${written(score, /Math\.min\(1, ([\d.]+) \+/)[0]}, and more`,
  code`| ${written(score, /Math\.min\(1, ([\d.]+) \+/)[0]}, and more for each code`,
  code`bit order | ${right} and ${wrong} by how`,
  code`at least ${constant(adpcm, 'clearKurtosis')} times higher`,
  code`; ${open} for both`,
  code`more than ${written(adpcm, /look\.unpredicted > ([\d.]+)/)[0]} of the energy`,
  code`| OKI ADPCM | ${right} and ${wrong} by the order`,
  code`by ${slowest} to ${fastest} on average`,
  code`a mean move of ${written(adpcm, /drift >= ([\d.]+)/)[0]} or more`,
  code`blocks of ${blocks[0]}, ${blocks[1]} and ${blocks[2]} bytes, against ${Math.round(65_536 / 3)} for random words`,
  code`doubt is at most ${constant('formats/headerless/judge.ts', 'frameDoubt')}.`,
  code`doubt at most ${clearDoubt} and at most half`,
  code`at most ${constant('formats/headerless/raw.ts', 'nearly')} times the best and at most ${constant('formats/headerless/raw.ts', 'believedDoubt')} |`,
  code`at least ${strongBytes} bytes were read and the condition`,
  code`- waveform: at most ${strong(/unpredicted \?\? 1\) <= ([\d.]+)/)} of the energy is not predicted, ${percent(strong(/agreeing >= ([\d.]+)/))} % of at least two`,
  code`at most ${strong(/look\.low\(\) <= ([\d.]+)/)} of the energy is below`,
  code`${percent(leastPositive)} to ${percent(mostPositive)} % of the samples are above zero`,
  code`- codes: no forbidden code occurs where chance gives ${written(score, /expected >= (\d+)/)[0]}`,
  code`${strong(/frames >= (\d+) && signed/)} frames of GSM, ${strong(/frames >= (\d+) && right/)} of G.729 without an exception`,
  ...fact(
    'GSM 06.10, G.729, G.726 and 16-bit stereo, as files store them',
    'frames of 33 and 10 bytes, groups of 3 and 5, and stereo samples of 16 bits',
    'share of 33-byte frames',
    'share of 10-byte frames',
    'PCM of 8 bits, read two bytes at a time, looks like PCM of 16 bits',
  ),
  ...fact(
    'chi-square of 256 values; measured on the files of the section below',
    'over the 256 values',
    'random bytes have 255 ± 23, real G.729 700 in 8 kB, GSM 2,000)',
    'Real files: -0.3; G.711, G.729, GSM and PCM: 1.7 to 4.8',
  ),
  ...fact('a doubt is a share', 'a doubt from 0 (only this coding looks like this) to 1 (any', '`1 - doubt`'),
  ...fact(
    'ITU-T G.722 table 5, ITU-T G.726 section 3.3, Dialogic ADPCM of 1988',
    'but 1...1 in its place',
    'lower band is 0 to 3',
    'one in sixteen of other bytes',
    'for each code 0: encoders',
    'G.726 at 24, 32, 40 kbit/s',
    'At 24 and 40 kbit/s',
    'G.726 at 32 and 16 kbit/s',
    '16 kbit/s: more than',
    'its index has 49 places',
  ),
  ...fact('rates of Dialogic boards', '8,000 and 6,000 Hz cannot', '6,000 or 8,000 Hz for OKI', 'is below 80 Hz (of 8,000)'),
  measured('Smoothness alone', 'test/bench/guessing.ts'),
  measured('## How often it is right', 'test/bench/guessing.ts'),
];
