import { limits } from '../../../src/core/base/limits.ts';
import { reconciliationStatuses } from '../../../src/core/model/recording.ts';
import { constant, written } from '../code-value.ts';
import { code, fact, type Held, hours, inWords, kib, measured, mib, minutes, percent, seconds } from '../held.ts';

const callTable = 'src/store/jobs/call-table.ts';
const joinCalls = 'src/pipeline/read/join-calls.ts';
const packetMs = 20;
const plausibleStart = 'src/core/time/plausible-start.ts';
const firstYear = written(plausibleStart, /firstRecorders = '(\d{4})-/)[0].toString();
const signalling = 'importers/engine/signalling.ts';

export const captures: readonly Held[] = [
  code`At most ${limits.capturePackets} RTP packets of a capture are read (${Math.round((limits.capturePackets * packetMs) / 2 / 3_600_000)} hours of both sides`,
  ...fact(
    'packets of 20 ms (RFC 3551 section 4.2), and what one takes (src/core/base/limits.ts)',
    'both sides at 20 ms), with 40 bytes of memory each',
  ),
  ...fact('RFC 7866: who sent the INVITE', 'channel 0 is the caller'),
  code`within ${minutes(constant(signalling, 'legsMs'))} minutes, and has the same caller`,
  code`captures above ${mib(limits.signallingBytes)} MiB, which are not searched`,
  code`differs by more than ${seconds(constant(signalling, 'startToleranceMs'))} s, is a finding`,
  ...fact('LINKTYPE_LINUX_SLL and LINKTYPE_LINUX_SLL2', 'Linux cooked (1 and 2)'),
];

export const joinedSources: readonly Held[] = [
  code`becomes part of up to ${constant(callTable, 'mostMains')} recordings with audio`,
  code`An id that more than ${constant(callTable, 'mostMains')} recordings with audio or more than ${limits.linkedCalls} descriptions share`,
  code`A number of up to ${inWords(constant(callTable, 'serialDigits'))} digits`,
  code`at least ${inWords(constant(joinCalls, 'fewestPairs'))} pairs and it is at least one second`,
  code`the last ${inWords(constant(callTable, 'comparedDigits'))} digits of a number are the same, and the starts lie within ${seconds(constant(joinCalls, 'windowMs'))} s`,
  code`(start by more than ${seconds(constant(joinCalls, 'startToleranceMs'))} s, length by more than ${seconds(constant(joinCalls, 'lengthToleranceMs'))} s and a tenth`,
];

export const mappingFile: readonly Held[] = [
  code`by their last ${inWords(-written('src/core/numbers/party-key.ts', /digits\.slice\((-\d+)\)/)[0])} digits`,
  code`more than ${limits.rowsPerRecording} rows of one file`,
  code`e.g. all calls about one order; at most ${constant('src/pipeline/read/find-described.ts', 'mostDescribed')}`,
  ...fact('clocks', 'hour of a 24-hour clock', 'hour of a 12-hour clock', 'A 12-hour clock'),
  ...fact('the example above it', 'Call 1 is', 'call 2 is', '80 of 80 values'),
  ...fact('importers/mapping/propose/header-lexicon.ts', 'in 25 languages'),
  ...fact('POSIX, seconds since the Epoch', 'microseconds since 1970 UTC'),
  ...fact('Erlang, calendar:datetime_to_gregorian_seconds/1', 'seconds since year 0 UTC'),
  ...fact('Microsoft, MS-DTYP 2.3.3', 'FILETIME, 100 ns since 1601 UTC'),
  ...fact('.NET, DateTime.Ticks', '100 ns since year 1:'),
  ...fact('ECMA-376 part 1, section 18.17.4.1', 'the system of 1904', 'counts a 29 February 1900'),
  code`A start, answer or end before ${firstYear} or`,
];

export const recorders: readonly Held[] = [];

const judgedLength = 'src/pipeline/read/audio-length.ts';
const free = seconds(constant(judgedLength, 'roundingMs'));
const [ofAudio, ofCall] = [
  written(judgedLength, /roundingMs, ms \* (0\.\d+)\)\) return null/)[0],
  written(judgedLength, /> Math\.max\(roundingMs, ms \* (0\.\d+)\)\) return finding/)[0],
];
const fullScale = 2 ** 15;
const rowAlarms = 'src/pipeline/read/row-alarms.ts';
const silentSample = Math.round(fullScale * 10 ** (constant('src/core/model/sound.ts', 'silencePeakDb') / 20));
const coverage = 'src/report/calls/coverage.ts';
const [around, fewestAround, usual, stray] = ['neighbours', 'fewestNeighbours', 'leastUsual', 'strayShare'].map((name) =>
  constant(coverage, name),
) as [number, number, number, number];

export const reconciliation: readonly Held[] = [
  code`one of ${inWords(reconciliationStatuses.length)} statuses`,
  code`farther from zero than ${silentSample} of ${fullScale} (−${(-20 * Math.log10(silentSample / fullScale)).toFixed(1)} dB of full scale)`,
  code`all bytes of files up to ${mib(limits.constantWholeBytes)} MiB, and of longer files ${limits.constantWindows} windows of ${kib(limits.constantWindowBytes)} KiB`,
  code`a difference of up to ${free} s is always allowed`,
  code`by more than ${free} s and ${percent(ofAudio)} %`,
  code`by more than ${free} s and ${percent(ofCall)} %`,
  code`half of the call, and at least ${free} s are missing`,
  code`the first ${inWords(constant('src/store/catalog/identical-files.ts', 'callsShown'))} of them by key and id`,
  code`(the first ${limits.identicalAudio} of an import;`,
  code`more than ${hours(constant(plausibleStart, 'futureToleranceMs'))} hours after the clock`,
  code`at least ${constant(rowAlarms, 'leastCallsAlike')} calls have a start`,
  code`the first ${constant('src/report/calls/tally.ts', 'linesShown')} recordings of each status`,
  code`the median of the ${around} days of the same weekday before and the ${around} after it`,
  code`fewer than ${fewestAround} such days are known, or where the usual number is below ${usual}: at a usual ${usual}, chance alone gives`,
  code`calls once in ${poisson(usual)} days. One call in ${stray} at each end`,
  ...fact('Poisson, of a mean of 10', 'gives 0 or 1 calls'),
  code`Sequences of ${inWords(written('src/report/calls/call-line.ts', /telephone = \/\\\+\?\\d\{(\d+),\}/)[0])} or more digits`,
  ...fact('what is nothing', 'decode to 0 samples', '- 0 bytes long', 'must all be 0;', '(+0 and −0 of mu-law'),
  ...fact('16-bit samples; of more bits every one is kept', 'Samples of more than 16 bits'),
  ...fact('the sign of a percentage', 'that 0.95 is not read as 95%'),
  ...fact(
    'Eventide on its VR240; .NET, FILETIME, Excel, Unix, FAT',
    'dates from 1989 (Eventide VR240',
    '0001, 1601, 1900, 1904, 1970, 1980',
    'was set to 1970',
  ),
  ...fact('JSON, RFC 8259 section 7', '`\\uXXXX` (four digits'),
  ...fact('docs/reference/exit-codes.md', 'and an import with 3:', 'that of an archive with 4 (P202)'),
  measured('- digital silence:', 'src/core/model/sound.ts'),
];

const tried = 'src/pipeline/survey/try-import.ts';
const [least, most] = ['beginMs', 'endMs'].map((name) => seconds(constant(tried, name))) as [number, number];
const silentMarks = 'src/report/calls/silent-marks.ts';
const [leastSilent, leastKnown, usualOfMark] = ['leastSilent', 'leastKnown', 'leastUsual'].map((name) => constant(silentMarks, name)) as [
  number,
  number,
  number,
];
const [short, middle] = written('src/pipeline/make/import-work.ts', /lengthsMs = \[([\d_]+), ([\d_]+),/) as readonly [number, number];

export const survey: readonly Held[] = [
  code`each of the first ${inWords(constant('src/pipeline/read/weigh-claims.ts', 'partsAsked'))} what it`,
  code`in the future or before ${firstYear}, one start`,
  code`of more than ${constant('src/cli/texts/survey-text.ts', 'monthsTold')} months by year`,
  code`the median of the ${around} days of the same weekday before and the ${around} after it`,
  code`fewer than ${fewestAround} such days are known (about ${inWords(fewestAround)} weeks of data), or where the usual number is below ${usual}. The first and the last call in ${stray} do not`,
  code`no call for ${leastSilent} days or more`,
  code`although ${usualOfMark} calls or more would be expected`,
  code`call are ${leastKnown} days or more apart`,
  code`if for ${leastSilent} days or more in a row, at the end, in the middle or always, it has calls but none of them has sound, although ${usualOfMark} or more would`,
  code`The first ${constant('src/report/calls/tally.ts', 'mostMarks')} are judged`,
  code`up to ${inWords(constant('src/pipeline/make/import-work.ts', 'samplesKept'))} recordings of each kind of sound and each of three lengths (up to ${seconds(short)} s, up to ${minutes(middle)} min, longer)`,
  code`recordings above ${kib(limits.smallRecordingBytes)} KiB one per thread`,
  code`(${2 * 2 * limits.togetherMedia} with two threads`,
  code`up to ${limits.togetherMedia} share one process`,
  code`a recording of more than ${minutes(constant(tried, 'longMs'))} minutes`,
  code`(${kib(limits.smallRecordingBytes)} KiB at least`,
  code`The trial takes about ${least} seconds; after ${most} seconds everything`,
  code`a factor of ${constant('src/pipeline/survey/forecast-import.ts', 'widestTime')};`,
  ...fact('a clock of 1970 and calls of today', 'that stood at 1970', 'no gap of 40 years'),
  measured('The range of the time is never wider'),
];

export const remainingTime: readonly Held[] = [measured('# Remaining time', 'test/bench/time-left.ts')];

/** Days with at most one call by chance, if that number is usual. */
function poisson(mean: number): number {
  return Number((1 / (Math.exp(-mean) * (1 + mean))).toPrecision(1));
}
