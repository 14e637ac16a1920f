import { agree } from '../../core/base/agree.ts';
import { printable } from '../../core/words/printable.ts';
import { count, counted } from '../../core/words/quantity.ts';
import { bitrates } from '../../media/tools/quality.ts';
import type { Claims } from '../../pipeline/events/events.ts';
import type { ImportForecast, Range } from '../../pipeline/survey/forecast-import.ts';
import type { SurveyOutcome, UndecidedSurvey } from '../../pipeline/survey/survey.ts';
import type { AudioKind } from '../../pipeline/survey/survey-media.ts';
import { silenceText } from '../../report/calls/silent-marks.ts';
import { bytes, duration, table } from '../report/units.ts';

type PeriodCount = SurveyOutcome['years'][number];

/** Largest number of months that are listed; if there are more, years are listed instead. */
const monthsTold = 24;
/** Number of runs of thin days, and of silent marks, that are listed; --verbose lists all. */
const linesTold = 10;

/** Formats the result of a survey. @param written text about written files */
export function surveyText(outcome: SurveyOutcome, verbose: boolean, written: string): string {
  const { claims, audio, coverage, forecast, keptTables, reconciliation, unidentified, undecodable, unreadable } = outcome;
  const most = verbose ? Number.POSITIVE_INFINITY : linesTold;
  const openQuestions = [
    ...(unidentified > 0 ? [`${counted(unidentified, 'file')} of unknown format`] : []),
    ...(unreadable > 0 ? [`${counted(unreadable, 'file or folder', 'files or folders')} that could not be read`] : []),
    ...(undecodable > 0 ? [`${counted(undecodable, 'track')} without a decoder here`] : []),
  ];
  const questions = openQuestions.length > 0 ? `; ${openQuestions.join(', ')}` : '';
  return [
    ...partLines(claims),
    ...audioLines(audio),
    ...timeLines(outcome),
    ...thinLines(coverage, most),
    ...silentLines(outcome, most),
    ...(forecast === null ? [] : forecastLines(forecast)),
    ...(keptTables.tables === 0
      ? []
      : [`Keeping the tables adds ${bytes(keptTables.bytes)} (${counted(keptTables.tables, 'table')}; not with --no-keep-tables).`]),
    `${counted(reconciliation.recordingsTotal, 'recording')} in ${counted(reconciliation.files, 'file')}${questions}. ${written}`,
  ].join('\n');
}

/** Explains how to continue if several importers recognise a source. */
export function undecidedText({ claims, listed }: UndecidedSurvey): string {
  const open = claims.filter(({ taken, claims: found, of }) => taken === null && found.length > 1 && (of === 'whole' || claims[0]?.of === 'part'));
  const lines = open.map(
    ({ source, claims: found }) =>
      agree`${found.length} importer[s] recognise ${printable(source)}: ${found.map(({ importer }) => importer).join(', ')}. Choose one.`,
  );
  if (claims[0]?.of === 'whole')
    lines.push(
      'Name it with --importer ID. Parts that different recorders made can be given one by one, or joined with --join-sources where they describe the same calls.',
    );
  else lines.push('Name the importer of each part with --importer NAME=ID,NAME=ID.');
  lines.push(`${counted(listed.entries, 'file')}, ${bytes(listed.bytes)}: none of them was read. Nothing was written.`);
  return lines.join('\n');
}

/** Suggests joining if the given sources would use different importers when imported separately. */
function partLines(claims: readonly Claims[]): string[] {
  const [whole, ...parts] = claims;
  if (whole?.of !== 'whole' || parts.every(({ taken }) => taken === whole.taken)) return [];
  return [
    `Separately, not all sources would be imported by ${whole.taken ?? ''}: see above. If they describe the same calls, --join-sources joins them.`,
  ];
}

function audioLines(audio: readonly AudioKind[]): string[] {
  if (audio.length === 0) return [];
  const rows = audio.map((kind) => [
    kind.files,
    kind.codecName,
    bytes(kind.bytes),
    kind.lengthUnknown === kind.files
      ? 'length unknown'
      : `${duration(kind.audioMs)}${kind.lengthUnknown > 0 ? ` and ${count(kind.lengthUnknown)} of unknown length` : ''}`,
    kind.decodedBy === 'nobody' ? `cannot be decoded: ${kind.reason ?? ''}` : kind.decodedBy === 'us' ? 'decoded by longplay' : 'decoded by FFmpeg',
  ]);
  return ['Audio:', table(rows, '  ')];
}

/** Descriptions of a start's certainty, in display order. */
const certaintyWords: Readonly<Record<string, string>> = {
  exact: 'exact',
  assumed: 'in an assumed zone, or implausible',
  unzoned: 'local, zone unknown',
  'ambiguous-fold': 'ambiguous (DST fold)',
  nonexistent: 'nonexistent (DST gap)',
  sentinel: 'a placeholder instead of a time',
  unreadable: 'not readable as a time',
  none: 'no time at all',
};

function timeLines({ calls, coverage, years }: SurveyOutcome): string[] {
  const { firstStart, lastStart, firstCertainty, lastCertainty, byCertainty, withoutStart, recordings } = calls;
  if (recordings === 0) return [];
  if (firstStart === null || lastStart === null) return [`Time: none of ${counted(recordings, 'recording')} has a usable time`];
  const moment = (start: string, certainty: string | null): string =>
    `${printable(start)} (${start.endsWith('Z') ? 'UTC' : 'wall clock'}, ${certaintyWords[certainty ?? ''] ?? certainty ?? ''})`;
  const certain = Object.keys(certaintyWords).flatMap((key) =>
    byCertainty[key] === undefined ? [] : [[byCertainty[key], certaintyWords[key] ?? key]],
  );
  const { days, months } = coverage;
  const told = months.length > monthsTold ? years : months;
  return [
    `Time: from ${moment(firstStart, firstCertainty)} to ${moment(lastStart, lastCertainty)}, on ${counted(days.length, 'day')}${withoutStart > 0 ? `; ${counted(withoutStart, 'recording')} without a usable time` : ''}`,
    table(certain, '  '),
    'Calls:',
    table(told.map(periodRow), '  '),
  ];
}

function periodRow({ period, calls, withAudio, durationMs, days }: PeriodCount): (string | number)[] {
  return [period, calls, calls === 1 ? 'call' : 'calls', withAudio, 'with audio', duration(durationMs), `on ${counted(days, 'day')}`];
}

function thinLines({ thin, days, rule }: SurveyOutcome['coverage'], most: number): string[] {
  if (days.length === 0) return [];
  if (thin.length === 0) return ['Days with suspiciously few calls: none, as far as there are enough calls and weeks to tell.'];
  const rows = thin
    .slice(0, most)
    .map(({ from, to, days: number, calls, withAudio, usualCalls, usualWithAudio }) => [
      from === to ? from : `${from} to ${to}`,
      counted(number, 'day'),
      `${counted(calls, 'call')} where ${count(usualCalls)} are usual, ${count(withAudio)} with audio where ${count(usualWithAudio)} are`,
    ]);
  return [
    `Days with suspiciously few calls: ${counted(
      thin.reduce((sum, run) => sum + run.days, 0),
      'day',
    )} in ${counted(thin.length, 'stretch', 'stretches')}`,
    table(rows, '  '),
    ...(thin.length > rows.length ? [`  and ${counted(thin.length - rows.length, 'more stretch', 'more stretches')}; --verbose lists all`] : []),
    `  ${rule}`,
  ];
}

function silentLines({ silent, silentRule, calls }: SurveyOutcome, most: number): string[] {
  const { marks, marksBeyond } = calls;
  if (marks.length === 0) return [];
  const kinds = [...new Set(marks.map(({ name }) => name))];
  const judged = `${kinds.slice(0, linesTold).map(printable).join(', ')}${kinds.length > linesTold ? ' …' : ''}`;
  const beyond = marksBeyond > 0 ? [`  ${counted(marksBeyond, 'mention')} of values beyond the first ${count(marks.length)} are not judged`] : [];
  if (silent.length === 0) return [`Falling silent, starting late or without audio (${judged}): none of ${count(marks.length)}.`, ...beyond];
  const rows = silent
    .slice(0, most)
    .map((mark) => [
      printable(mark.name),
      printable(mark.value),
      silenceText(mark),
      mark.silent === 'without-audio'
        ? `${counted(mark.daysSilent, 'day')} with calls, about ${counted(mark.usualCalls, 'call')} with audio at the usual rate`
        : `${counted(mark.daysSilent, 'day')} on which others have calls; at its usual rate it would have about ${counted(mark.usualCalls, 'call')}`,
    ]);
  return [
    `Falling silent, starting late or without audio (${judged}): ${count(new Set(silent.map(({ name, value }) => `${name}\n${value}`)).size)} of ${count(marks.length)}`,
    table(rows, '  '),
    ...(silent.length > rows.length ? [`  and ${count(silent.length - rows.length)} more; --verbose lists all`] : []),
    ...beyond,
    `  ${silentRule}`,
  ];
}

function forecastLines(forecast: ImportForecast): string[] {
  const { access, recordings, originalBytes, copyBytes, otherBytes, archiveBytes, timeMs, reason, jobs, notTried, lengthUnknown, kinds, trialMs } =
    forecast;
  if (recordings === 0) return [];
  const copies = access.format === 'wav' ? 'WAV' : `Opus of ${bitrates(access, count)}`;
  const runs = kinds.reduce((sum, { tried }) => sum + tried, 0);
  return [
    `An import needs ${between(archiveBytes, bytes)} in the archive:`,
    table(
      [
        ['originals', bytes(originalBytes)],
        ['copies', `${between(copyBytes, bytes)} as ${copies}`],
        ['descriptions', `${between(otherBytes, bytes)} with manifests, catalog, and what files leave empty of their last blocks`],
      ],
      '  ',
    ),
    ...(lengthUnknown > 0 ? [`  without the copies of ${counted(lengthUnknown, 'recording')} whose length is not known`] : []),
    timeMs === null
      ? `  time: not known; ${reason ?? ''}`
      : `  time: ${roughly(timeMs)} on this machine with ${counted(jobs ?? 1, 'job')}, if the disks are as fast as that of the temporary folder; measured by importing samples ${counted(runs, 'time')} in ${duration(trialMs)}${notTried > 0 ? `, without ${counted(notTried, 'recording')} of kinds that could not be tried` : ''}`,
  ];
}

function between({ low, high }: Range, text: (value: number) => string): string {
  const [from, to] = [text(low), text(high)];
  return from === to ? from : `${from} to ${to}`;
}

/** Units of a rough duration, with their ms. A unit is used up to twice the next one. */
const roughUnits = [
  [86_400_000, 'day'],
  [3_600_000, 'hour'],
  [60_000, 'minute'],
  [1_000, 'second'],
] as const;

/** Formats a rough duration, e.g. `2 to 5 hours` or `under a minute`, which is no more precise than the estimate. */
function roughly({ low, high }: Range): string {
  const [size, unit] = roughUnits.find(([ms]) => high >= 2 * ms) ?? roughUnits[3];
  // Whole units are too coarse: 2.4 to 6 minutes would become 2 to 6.
  const isFine = high < 60 * size && low >= size / 10;
  const shown = (value: number, round: (one: number) => number): string => (isFine ? (round(value * 10) / 10).toFixed(1) : count(round(value)));
  const [from, to] = [shown(low / size, Math.floor), shown(Math.max(high / size, 0.1), Math.ceil)];
  const units = to === '1' || to === '1.0' ? unit : `${unit}s`;
  return from === '0' ? `up to ${to} ${units}` : from === to ? `about ${to} ${units}` : `${from} to ${to} ${units}`;
}
