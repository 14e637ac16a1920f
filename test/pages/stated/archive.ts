import { bagVersion, bagVersionOf } from '../../../src/archive/bag/info.ts';
import { archiveVersion, sealedArchiveVersion } from '../../../src/archive/layout.ts';
import { exitCodes } from '../../../src/cli/report/exit-code.ts';
import { limits } from '../../../src/core/base/limits.ts';
import { revisionOf } from '../../../src/core/model/recording-document.ts';
import { badCountBound, neededChecks } from '../../../src/log/history/confidence.ts';
import { ageingRules } from '../../../src/log/stamps/ageing.ts';
import { tileWidth } from '../../../src/log/tree/tile-tree.ts';
import { nearBounds } from '../../../src/media/measure/likeness.ts';
import { defaultBagLimits } from '../../../src/store/jobs/bag-grouping.ts';
import { parsePeriod, usualPeriods } from '../../../src/verify/schedule/budget.ts';
import { constant, listLength, timesIn, written } from '../code-value.ts';
import { code, days, fact, gib, type Held, inWords, measured, percent } from '../held.ts';

const mostOfBag = written('src/cli/commands/import.ts', /--bag-recordings .*integer\(1, ([\d_]+)\)/)[0];
const pageSeconds = constant('src/ogg/opus-writer.ts', 'pageSamples') / constant('src/ogg/opus-packet.ts', 'opusClockHz');
const reportFiles = inWords(listLength('src/archive/documents/report-names.ts', 'dataNames') + 1);

const likeness = 'src/media/measure/likeness.ts';
/** Peaks of a waveform are bytes. */
const mostPeak = 2 ** 8 - 1;
/** The limit on what a sample of a stratum shows (`perStratum` of `compareDecoders`), and the stricter one on the schedule's page. */
const [badShare, confidence] = written('src/verify/play/compare-decoders.ts', /perStratum = neededChecks\(([\d.]+), ([\d.]+)\)/) as readonly [
  number,
  number,
];
const drawn = neededChecks(badShare, confidence);
const [drillDays, epochDays, silentDays] = written(
  'src/sealing/keyring/create.ts',
  /drillDays: (\d+), epochDays: (\d+), silentDays: (\d+)/,
) as readonly [number, number, number];
const [, sure] = written('src/report/statement/playable-share.ts', /confidences = \[([\d.]+), ([\d.]+)\]/) as readonly [number, number];
const rare = badShare / 10;
const [files, yearly, decade] = [1_000_000, 0.1, 10];
const allButFew = firstAt(files, (read) => badCountBound(files, read, 0, confidence) === 0);
const [every, playEvery] = [Number.parseInt(usualPeriods.every, 10), Number.parseInt(usualPeriods.playEvery, 10)];
/** Shares of a night and largest bags for which the properties of the schedule hold. */
const propertyTests = 'test/verify/schedule-properties.test.ts';
const allowed = written(propertyTests, /return \((\d+) \* bytes\) \/ targetDays \+ (\d+) \* largest;/) as readonly [number, number];
const latest =
  ageingRules
    .map(({ weakFrom }) => weakFrom)
    .sort()
    .at(-1) ?? '';

/** The smallest number in [0, most] from which a condition holds. */
function firstAt(most: number, holds: (value: number) => boolean): number {
  let [low, high] = [0, most];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

function weakBelow(name: string, year: string): number {
  return ageingRules.find(({ algorithm, weakFrom }) => algorithm === name && weakFrom.startsWith(year))?.belowBits ?? Number.NaN;
}

/** Of a document that amends another. */
const documentVersion = written('src/pipeline/make/make-recording.ts', /version: amended === null \? 1 : (\d)/)[0];

/** Of syslog and of CEF. */
function severity(gravity: string): string {
  const entryFormats = 'src/log/who/entry-formats.ts';
  return `${constant(entryFormats, `severities.${gravity}`)} or ${constant(entryFormats, `cefSeverities.${gravity}`)}`;
}

function periodDays(text: string): number {
  return days(parsePeriod(text, '--every'));
}

export const archiveFormat: readonly Held[] = [
  code`The format of an archive, versions ${bagVersionOf('recordings')} and ${bagVersion}`,
  code`\`${archiveVersion}\`, also if there are bags of version ${bagVersion}`,
  code`has \`version\` \`${sealedArchiveVersion}\``,
  code`\`${sealedArchiveVersion}\` for a sealed archive`,
  ...fact('16 random bytes in hexadecimal (src/sealing/stored/archive-secrets.ts)', '`page`, 32 hexadecimal digits'),
  code`A sealed bag has version ${bagVersionOf('recordings', true)} whatever its type`,
  ...fact('c2sp.org/age', 'age file of version 1 with'),
  code`\`revision\` ${revisionOf({})} for the first description`,
  ...fact('FIPS 180-4: bytes of a SHA-256 digest', 'SHA-256 of the plain file (32 bytes)'),
  code`only in bags of version ${bagVersion}), \`Longplay-Bag-Version\` (\`${bagVersionOf('recordings')}\` or \`${bagVersion}\`)`,
  code`An amendment is a bag of version ${bagVersionOf('amendment')} with`,
  code`| \`recording.json\` | the new description, \`version\` ${documentVersion},`,
  code`member of a document of version ${documentVersion} |`,
  code`the import wrote revision ${revisionOf({})}, which`,
  code`has \`recordings\` ${written('src/pipeline/import/run-job.ts', /\{ recordings: (\d+), amendments: made/)[0]} and the number`,
  code`Rows of more than ${limits.recordBytes / 1_024 ** 2} MiB, which`,
  code`so is one with ${limits.keptParts.toLocaleString('en')} parts`,
  code`A program that knows only version ${bagVersionOf('recordings')} refuses`,
  code`| ${2 * written('src/archive/layout.ts', /randomBytes\((\d+)\)/)[0]} hexadecimal digits, random`,
  code`A bag holds up to ${defaultBagLimits.recordings} recordings of one year (\`--bag-recordings\`: up to ${mostOfBag}) and up to ${gib(defaultBagLimits.bytes)} GiB`,
  code`the first ${written('src/store/jobs/bag-grouping.ts', /join\('\\n'\)\)\.slice\(0, (\d+)\)/)[0]} hexadecimal digits`,
  // Two hexadecimal digits per byte.
  code`the first ${written('src/core/base/identifier.ts', /hex\.slice\(20, (\d+)\)/)[0] / 2} bytes of an HMAC-SHA-256`,
  code`pages of at most ${pageSeconds} s, so that a damaged byte costs ${pageSeconds} s`,
  code`(${constant('src/log/files/digests.ts', 'between')} entries at the most)`,
  code`has the name of the job and ${reportFiles} files`,
  code`has the digests of its ${reportFiles} files`,
  ...fact('samples of Opus are kept as 16-bit integers (src/media/libopus/libopus.ts)', '16 bits of Opus'),
  ...fact('VoIPmonitor: before each block of its packed files stand two lengths (formats/capture/voipmonitor-packed.ts)', 'numbers of 32 bits'),
  ...fact(
    'check.py (src/archive/documents/archive-check.ts), which test/cli/archive-check.test.ts runs',
    'checked by `openssl` 3.',
    'code is 0: everything is OK, 1: a fault, 2: this is not an archive',
  ),
  ...fact('README.txt (src/archive/documents/archive-readme.ts), whose commands test/cli/by-hand.test.ts runs', 'Lines with exactly four blanks'),
];

export const crashSafety: readonly Held[] = [
  code`If less than ${gib(constant('src/pipeline/make/head-start.ts', 'leastRoomBytes'))} GiB of the disk is free`,
  code`repeats at most its last ${constant('src/pipeline/convert/output.ts', 'filesPerFlush')} files`,
  code`${inWords(written('test/faults/interrupts.test.ts', /kills = everything \? (\d+)/)[0])} kills in a row (${inWords(written('test/faults/interrupts.test.ts', /kills = everything \? \d+ : (\d+)/)[0])} in the short form)`,
  measured('Run by hand on an import', 'test/faults/small-import.ts'),
  measured('Run by hand on a keyring of two copies', 'test/faults/keyring.test.ts'),
  measured('Run by hand on the sealing of an open archive', 'test/faults/seal.test.ts'),
];

export const log: readonly Held[] = [
  code`| ${tileWidth} entries each`,
  code`the hashes of the tree, ${tileWidth} per file`,
  ...fact('a checkpoint with one signature (C2SP signed note), once a month', '200 bytes per month'),
  ...fact('1.6 kB of a log of 33 entries in November 2026, and 45 bytes for each time that it doubles or that the bag does', 'of some 1.5 to 4 kB'),
];

export const notes: readonly Held[] = [
  code`a note has up to ${limits.noteChars} characters, a tag up to ${limits.tagChars} in one line without commas, a recording up to ${limits.notesPerRecording} of both`,
];

export const who: readonly Held[] = [
  code`one file for ${tileWidth} entries`,
  code`those of ${tileWidth} entries`,
  code`has up to ${constant('src/serve/accounts/refusal-log.ts', 'mostAddresses')} addresses`,
  code`entries list them, up to ${limits.logDetailRecordings} each`,
  code`\`KEY-NAME\`: ${written('src/log/keys/pseudonym.ts', /digest\('hex'\)\.slice\(0, (\d+)\);/)[0]} hexadecimal digits that identify the secret, and ${written('src/log/keys/pseudonym.ts', /keyed\('user', user\)\.slice\(0, (\d+)\)/)[0]} of the HMAC`,
  code`facility ${constant('src/log/who/entry-formats.ts', 'facility')} (log audit)`,
  code`the items that fit into ${constant('src/log/who/entry-formats.ts', 'listChars')} characters`,
  code`Severity (\`syslog\` or \`cef\`): ${severity('error')} for a lost`,
  code`; ${severity('warning')} for refusals`,
  code`otherwise ${severity('notice')}.`,
  code`A reason has at most ${limits.reasonChars} characters`,
];

export const timeStamps: readonly Held[] = [
  code`keys below ${weakBelow('rsa', '2014')} bits today; RSA below ${weakBelow('rsa', '2031')} bits and curves below ${weakBelow('ec', '2031')} bits from ${latest.slice(0, 4)} on`,
];

export const playability: readonly Held[] = [
  code`level within ${constant(likeness, 'roundingBounds.db')} dB, waveform within ${constant(likeness, 'roundingBounds.peak')} of ${mostPeak} in each of up to ${constant('src/media/measure/measure.ts', 'mostPeaks')} stretches (copies: ${constant(likeness, 'pictureWidth')})`,
  code`level within ${nearBounds.db} dB, waveform within ${nearBounds.peak} of ${mostPeak} in each of ${constant(likeness, 'pictureWidth')} stretches`,
  code`a length within ${nearBounds.samples} samples`,
  code`Beyond ${constant('src/log/history/strata.ts', 'mostStrata')} strata`,
  code`${inWords(written('src/media/ffmpeg/ffmpeg.ts', /sha256Hex\(text\)\.slice\(0, (\d+)\)/)[0])} digits of the SHA-256`,
  code`${drawn} of a stratum are drawn`,
  code`if more than ${percent(badShare)} % of a stratum is broken, at least one of ${drawn} shows it with a probability of ${percent(confidence)} % or more (${1 - badShare}^${drawn} = ${((1 - badShare) ** drawn).toFixed(4)})`,
  ...fact('what no sound has', 'none gives any sound (0.0 s'),
  ...fact('docs/reference/exit-codes.md', 'so it is not 4, and nothing shows that a call can be heard, so it is not 0.'),
  measured('Even the same FFmpeg may give another digest'),
];

export const schedule: readonly Held[] = [
  code`reads each bag in full within ${every} days and decodes each copy within ${playEvery}`,
  code`else ${every} and ${playEvery} days`,
  code`(${periodDays('1mo')} d) and \`y\` (${periodDays('1y')} d)`,
  code`${inWords(written('src/verify/schedule/timer-units.ts', /\(hour \+ (\d+)\) % 24/)[0])} hours after the run`,
  code`${inWords(constant('src/verify/schedule/neighbours.ts', 'nextSide'))} on each side that landed next to it`,
  code`at most ${constant('src/verify/schedule/neighbours.ts', 'most')}`,
  code`or ${inWords(constant('src/verify/schedule/due-list.ts', 'urgentBags'))} bags`,
  code`${inWords(allowed[0])} shares and ${allowed[1] === 2 ? 'twice' : `${inWords(allowed[1])} times`} the largest bag`,
  code`of ${files} files ${allButFew} must be read to say with ${percent(confidence)} % confidence that not one is bad`,
  code`${drawn} files without a fault show with ${percent(confidence)} % confidence that less than ${percent(badShare)} % are bad, ${neededChecks(rare, sure)} files show with ${percent(sure)} % confidence that less than ${percent(rare)} % are`,
  code`leaves ${Math.round(percent((1 - yearly) ** decade))} % of the files unseen after ${inWords(decade)} years`,
  ...fact(
    'docs/reference/exit-codes.md',
    'exit code if that is not 0',
    'Every exit code except 0',
    'fails as well (exit code 143)',
    'is reported as V130 (exit code 4)',
  ),
  ...fact('member of the log: none left untried', '(`untried` is 0)'),
  ...fact('arithmetic: 90 TB / (90 d less three pauses)', 'about 1 TB a night for 90 TB, daily runs and 90 days'),
  ...fact('examples', 'set back by 30 days', 'look 30 days younger', 'forward by ten years', 'the log alone, ten years'),
  ...fact('docs/explanation/ten-years.md', 'Ten simulated years', 'through ten years of an archive'),
  ...fact('timed in November 2026 on two cores of an AMD EPYC, Node.js 20.20.2', '20,000 recordings this takes 0.24 s of a core'),
];

export const statement: readonly Held[] = [
  code`else ${days(constant('src/report/statement/place-reading.ts', 'assumedPeriodMs'))} d, and then`,
  code`The bounds at ${percent(confidence)} % and ${percent(sure)} % are over`,
  code`Its text has ${inWords(timesIn('src/pipeline/log/sign-statement.ts', /(?<=text = `longplay statement.*)\\n/g))} lines`,
  ...fact('arithmetic', 'with probability 1, given', 'at 1 - (1 - confidence) / k'),
  ...fact(
    'arithmetic: 8 of 20 bags may be bad where 5 of them were decoded and none was (95 %); test/report/statement/sampled-share.test.ts has how often each bound holds',
    'of 20 bags with 1,000 recordings each, 5 were decoded and none was bad. The bound over bags says that at most 8,000 of 20,000 recordings are bad; a bound over recordings would say 10, and if one bag were bad as a whole, it would be wrong three times in four',
  ),
  ...fact('an example', '--sample 300` decodes 300 recordings'),
  ...fact('docs/how-to/schedule.md', '299 recordings without a fault show with 95 % confidence that less than 1 % are bad'),
  ...fact('docs/reference/exit-codes.md', 'no key is printed (exit code 4).'),
];

export const watching: readonly Held[] = [
  code`at most about ${limits.keyringCheckBytes / 1_024 ** 2} MiB of pages of bags per day`,
  code`than \`--max-overdue\` (${days(written('src/cli/commands/watch.ts', /'--max-overdue'\)\)\n\s+\.default\((\d+ \* dayMs)/)[0])} d)`,
  ...fact(
    'docs/reference/exit-codes.md',
    'although nothing forbids it, give 5 as well (W180)',
    'it is unknown what must be kept (D105), the code is 4.',
  ),
  code`than \`--max-age\` (${days(written('src/cli/commands/watch.ts', /'--max-age'\)\)\n\s+\.default\((\d+ \* dayMs)/)[0])} d)`,
  ...fact(
    'docs/reference/exit-codes.md',
    'a missing case ends it with 4',
    'If several apply, 4 takes precedence, then 5.',
    'unreachable and gives 5, and so',
  ),
  ...fact('the table above that line', 'the code is 5 if somebody has to act, and 4 if a part'),
  code`in a sealed archive gives ${exitCodes.integrity} (K217)`,
  code`a copy was not reached for longer than ${silentDays} d`,
  code`a drill of a copy is overdue (${drillDays} d)`,
  code`a new recovery epoch is overdue (${epochDays} d)`,
  ...fact('a metric: 1 where the log could be read', 'and `longplay_log_readable` 0:'),
];

export const replicas: readonly Held[] = [
  ...fact('docs/reference/exit-codes.md', 'with R107 (exit code 2)', 'with W151 (exit code 5)', 'as a replica yet (R125): the command ends with 5.'),
];

export const corrections: readonly Held[] = [code`It ends with exit code ${exitCodes.partly} and does not change`];

export const enrich: readonly Held[] = [
  code`it is added to none, and the run ends with ${exitCodes.partly} (P297)`,
  code`the earlier one stays, and the run ends with ${exitCodes.partly} (P298)`,
];
