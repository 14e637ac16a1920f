import { limits } from '../../../src/core/base/limits.ts';
import { constant, written } from '../code-value.ts';
import { code, fact, type Held, inWords, measured, mib, seconds } from '../held.ts';

const caseAnswers = 'src/serve/case/answers.ts';
const localDigits = written('src/core/numbers/number-keys.ts', /localDigits = \[(\d+), (\d+)\]/)
  .map(inWords)
  .join(' or ');
/** The days before today in the choice of the last days, and the ms by which an arrow key moves an edge, with and without Shift. */
const lastDays = written('src/page/list/presets.ts', /case 'last7days':\n.*daysBefore\(today, (\d+)\)/)[0];
const [withShift, step] = written('src/page/player/region-view.ts', /event\.shiftKey \? ([\d_]+) : ([\d_]+)\)/) as readonly [number, number];
const [slowest, fastest] = written('src/page/player/player.ts', /speeds = \[([\d.]+),.* ([\d.]+)\] as const/) as readonly [number, number];
/** The part that a browser skips: peaks are rounded bytes, 255 is full scale. */
const silentDb = Math.round(-20 * Math.log10((constant('src/page/player/sounds.ts', 'silentPeak') + 0.5) / 255));

const extensionDigits = inWords(constant('src/core/identity/person.ts', 'fullNumberDigits') - 1);

export const cases: readonly Held[] = [
  code`(${inWords(written('src/cases/store/store.ts', /wanted\.length >= (\d+)/)[0])} characters or more)`,
  code`counts if it has ${inWords(constant('src/cases/person/correlated.ts', 'tellingLength'))} characters or more`,
  code`more than ${constant('src/cases/person/correlated.ts', 'mostWithOneKey')} recordings share`,
  code`vCons of up to ${mib(constant('src/serve/case/fill.ts', 'mostUploaded'))} MiB each`,
  code`Up to ${constant(caseAnswers, 'mostRecordings')} recordings and ${constant(caseAnswers, 'mostMessages')} messages are put in order`,
  code`up to ${constant('src/cases/timeline/outside.ts', 'mostQuestions')} queries and ${constant('src/cases/timeline/outside.ts', 'mostDocuments')} calls`,
  code`day and ${inWords(2 * written('src/cases/store/store.ts', /randomBytes\((\d+)\)/)[0])} random hexadecimal digits`,
  code`| \`longplay-case\`, ${written('src/archive/documents/case-json.ts', /format: 'longplay-case',\n {4}version: (\d+)/)[0]} |`,
  code`| \`longplay-case\`, ${written('src/archive/documents/sealed-case.ts', /format: 'longplay-case', version: (\d+)/)[0]} |`,
  code`\`version\` ${written('src/cases/messages/message-list.ts', /"version": (\d+)/)[0]} and \`messages\``,
  code`\`--tolerance\` (${written('src/cli/texts/case-compare.ts', /default\(([\d_]+), '60s'\)/)[0] / 1_000} s: ringing`,
  code`certain within ${inWords(constant('src/cases/compare/judge-row.ts', 'clocksMs') / 1_000)} seconds of it`,
  ...fact('docs/reference/exit-codes.md', 'is `found`, else with 3', 'end with exit code 5, because'),
  ...fact('GDPR', 'GDPR Art. 12(3) allows'),
  ...fact('the command beside it', 'within seven days, or are overdue'),
  ...fact('src/cases/hand-over/hand-overs.ts, whose first has one', 'has a number, from 1: in'),
  ...fact('src/cases/hand-over/readme.ts', 'with step 8 of `README.txt`'),
  ...fact('C2SP tlog-tiles', '`index` (from 0)'),
  ...fact('steps of the list above it', 'killed before step 2 has', 'killed between steps 2 and 3'),
];

export const subject: readonly Held[] = [
  measured('## Speed', 'test/bench/table-search.ts'),
  code`A cell of more than ${constant('src/cases/person/row-words.ts', 'mostCellChars').toLocaleString('en-US')} characters is a text`,
  code`an extension (up to ${extensionDigits} digits)`,
  code`(${inWords(constant('src/core/numbers/number-reading.ts', 'withCodeDigits'))} digits or more)`,
  code`the last ${localDigits} digits; rounded`,
  code`all other numbers of ${inWords(written('src/cases/mask/masked-text.ts', /parts\.join\(''\)\.length >= (\d+)/)[0])} digits or more`,
];

/** Largest offsets of clocks behind and ahead of UTC. */
const [zoneHoursBehind, zoneHoursAhead = 0] = written('src/core/time/time-span.ts', /zoneSpanMs = \{ behind: (\d+) \* [\d_]+, ahead: (\d+)/);

export const search: readonly Held[] = [
  code`the newest ${written('src/cli/commands/search.ts', /filterOptions\(command, (\d+)\)/)[0]} hits`,
  code`(up to ${constant('src/pipeline/export/search.ts', 'countedUpTo') - 1})`,
  code`of ${inWords(constant('src/core/words/fold-text.ts', 'insideDigits'))} or more digits`,
  code`A number of ${localDigits} digits is possibly`,
  code`(${limits.namedRecordings} of each kind are named)`,
  code`from ${zoneHoursAhead} hours before the time that it showed to ${zoneHoursBehind} hours after: local clocks are up to ${zoneHoursAhead} hours ahead of UTC and up to ${zoneHoursBehind} behind it`,
  ...fact('decimal digits', 'are 0 to 9.'),
  ...fact('the calendar and its clocks', 'hours of 60 minutes', 'a day may have 23 or 25 hours', 'before 31 March'),
  ...fact('docs/reference/benchmarks.md', 'numbers for a million recordings'),
];

export const people: readonly Held[] = [
  code`extensions have one to ${extensionDigits} digits`,
  code`numbers of up to ${extensionDigits} digits are extensions`,
];

export const viewer: readonly Held[] = [
  code`from ${inWords(constant('src/core/search/search-terms.ts', 'minNumberDigits'))} digits on it is found in every spelling`,
  code`the last ${1 + lastDays} days (today and the ${inWords(lastDays)} before)`,
  code`a speed from ${slowest} to ${fastest}, and can skip silence (${seconds(constant('src/page/player/sounds.ts', 'silentMs'))} s and more below −${silentDb} dB`,
  code`magnify the waveform up to ${written('src/page/player/wave-view.ts', /Math\.min\((\d+), 2 \*\*/)[0]} times`,
  code`(${seconds(step)} s, with Shift ${seconds(withShift)} s)`,
  code`(${limits.namedRecordings} of each kind are named)`,
  ...fact('samples of Opus are kept as 16-bit integers (src/media/libopus/libopus.ts)', 'of Opus the 16-bit samples'),
  ...fact('a purpose', 'in ten years it opens'),
  ...fact(
    'CSS that the page uses: light-dark(), and nesting, in Chromium, Firefox and Safari since the end of 2023 to 2024',
    'Browsers older than 2024',
  ),
  measured('## Measured', 'test/bench/viewer-speed.ts'),
  ...fact('## Measured of the same page', '(1.2 s for 200,000 calls)'),
];

export const vcon: readonly Held[] = [
  code`be alone and of ${mib(constant('src/tables/vcon-document.ts', 'ownChars'))} MiB at most`,
  code`files of more than ${mib(limits.vconInlineBytes)} MiB stay outside`,
  code`in the first ${constant('src/source/members/vcon.ts', 'textChars')} bytes`,
  code`of a document of more than ${mib(limits.sidecarBytes)} MiB everything is read but long bodies, which are more than ${constant('src/tables/vcon-skim.ts', 'shortRun')} characters`,
  code`A document that has more than ${mib(limits.sidecarBytes)} MiB besides`,
  code`or that is signed, has more than ${mib(limits.sidecarBytes)} MiB and has`,
];
