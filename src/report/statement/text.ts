import { agree } from '../../core/base/agree.ts';
import { count, counted, periodText, sizeText } from '../../core/words/quantity.ts';
import { erasureLines } from './erasures.ts';
import { formatGradeLines } from './format-grades.ts';
import { keepingLines } from './keeping.ts';
import { keyringLines } from './keyring.ts';
import type { LogAccount, RegisteredCodec, Statement } from './statement.ts';
import {
  boundText,
  dayOf,
  detectionText,
  drillResult,
  lastPlayedText,
  overdueText,
  placeName,
  readingText,
  riskWords,
  shareLines,
  troubleText,
} from './words.ts';

/** Number of faults and repairs that the text lists; all are counted. */
const listed = 20;

/** Writes the statement as text: for `statement.txt` and the output of `longplay report`. The first line is the last success. */
export function statementText(statement: Statement): string {
  const { headline, unsigned, archive, writtenAt, log, account, tool } = statement;
  const { holdings } = account;
  const overdue = overdueText(statement);
  const size =
    holdings.bagsWithBytes === holdings.bags
      ? sizeText(holdings.bytes)
      : agree`${sizeText(holdings.bytes)} in the ${count(holdings.bagsWithBytes)} bag[s] that [was|were] ever read`;
  const lines = [
    headline,
    ...troubleText(statement).map((line) => `NOT WELL: ${line}`),
    unsigned === null ? `Signed with key ${log.key}: the signature of statement.json is statement.note.` : `UNSIGNED: ${unsigned}.`,
    `Archive ${archive ?? 'with an unreadable id'}, on ${writtenAt}, by ${tool}. From ${counted(log.size, 'entry', 'entries')} of its log, root ${log.root ?? 'none'}.`,
    `${counted(holdings.recordings, 'recording')} in ${counted(holdings.bags, 'bag')}, ${size}.`,
    ...(holdings.uncounted > 0 ? [`For ${counted(holdings.uncounted, 'bag')} the log does not state the number of recordings.`] : []),
    ...account.places.flatMap((place) => [
      '',
      place.replica === null ? 'READING of the primary archive' : `READING of replica ${place.replica}`,
      ...readingText(place).map(indented),
      indented(detectionText(place, writtenAt)),
      ...(place.replica === null ? [] : [indented(replicaRun(place.lastSuccess))]),
    ]),
    '',
    'FINDINGS AND REPAIRS',
    ...foundLines(account).map(indented),
    '',
    'OVERDUE WORK',
    ...(overdue.length === 0 ? ['None.'] : overdue).map(indented),
    ...(statement.account.erasures === undefined ? [] : ['', 'ERASURES', ...erasureLines(statement.account.erasures).map(indented)]),
    ...(statement.keyring === undefined ? [] : ['', 'KEYRING', ...keyringLines(statement.keyring).map(indented)]),
    ...(statement.keeping === undefined ? [] : ['', 'HOLDS AND RETENTION', ...keepingLines(statement.keeping).map(indented)]),
    '',
    'PLAYABILITY',
    ...playLines(statement).map(indented),
    '',
    'CODECS, the largest risk first',
    ...statement.codecs.flatMap(codecLines).map(indented),
    '',
    'FORMATS OF THE ORIGINALS, according to their bags, the lowest grade first',
    ...formatGradeLines(statement.catalog.formats).map(indented),
    '',
    'IMPORTS',
    ...importLines(statement).map(indented),
    '',
    'KEYS, TIME STAMPS, ACTIONS',
    ...account.keys.map(({ type, time, key }) => indented(`key ${key}: ${type}, ${dayOf(time)}`)),
    indented(stampLine(account)),
    ...account.deeds.map(({ type, entries, first, last, keys }) =>
      indented(
        `${type}: ${entries}, ${dayOf(first)} to ${dayOf(last)}, signed with ${keys.length === 0 ? 'a key that the log does not name' : keys.join(', ')}`,
      ),
    ),
    '',
    'ASSUMPTIONS',
    ...statement.assumptions.map(indented),
    '',
    'NOT COVERED',
    ...statement.notCovered.map(indented),
  ];
  return lines.join('\n');
}

function indented(line: string): string {
  return `  ${line}`;
}

function replicaRun(success: { readonly time: string | null; readonly ageMs: number } | null): string {
  return success === null ? 'No verification of it has succeeded.' : `Its last success: ${dayOf(success.time)}, ${periodText(success.ageMs)} ago.`;
}

function foundLines({ faults, repairs, drill }: LogAccount): string[] {
  const lines = [faults.length === 0 ? 'The log has no unrepaired damage.' : `${counted(faults.length, 'bag')} with unrepaired damage:`];
  for (const { replica, bag, faults: found, since } of faults.slice(0, listed))
    lines.push(`${placeName(replica)} ${bag}: ${found}, since ${dayOf(since)}`);
  if (faults.length > listed) lines.push(`and ${faults.length - listed} more, in statement.json`);
  lines.push(
    repairs.entries === 0
      ? 'Nothing was repaired.'
      : `${counted(repairs.entries, 'repair')} of ${counted(repairs.files, 'file')}, ${sizeText(repairs.bytes)}.`,
  );
  if (drill !== null) lines.push(`Last restore drill: ${dayOf(drill.time)}, ${counted(drill.recordings, 'recording')}, ${drillResult(drill)}.`);
  return lines;
}

function playLines(statement: Statement): string[] {
  const { playable, account } = statement;
  if (playable.played + playable.failed + account.playability.spoiled === 0) return shareLines(statement);
  return [
    ...shareLines(statement),
    ...playable.strata.map(({ codec, importer, year, recordings, played, failed, bags, bounds: [first] }) => {
      const of = recordings === null ? '' : ` of ${count(recordings)}`;
      const bound = first === undefined || played + failed === 0 ? '' : `; at most ${boundText(first.badShare)} bad (${first.confidence * 100} %)`;
      return agree`${codec}, ${importer}, ${year}: ${played} played${of}, ${failed} failed, ${bags.decoded} of ${bags.held ?? 'unknown'} bag[s]${bound}`;
    }),
    ...account.playability.decoders.map(
      ({ decoders: by, recordings }) => `${recordings} by ${by === '' ? 'decoders that the log does not name' : by}`,
    ),
  ];
}

function codecLines({ codec, title, recordings, durationMs, risk, reason, decoders, copies, originals }: RegisteredCodec): string[] {
  return [
    `${codec} (${title}): ${counted(recordings, 'recording')}, ${(durationMs / 3_600_000).toFixed(1)} h. Risk: ${riskWords[risk]} (${reason}).`,
    ...(decoders.length === 0 ? [] : [indented(`Decoded here by ${decoders.join(', ')}.`)]),
    indented(`Last decoded: originals ${lastPlayedText(originals)}; access copies ${lastPlayedText(copies)}.`),
  ];
}

function importLines({ catalog: { imports, checks } }: Statement): string[] {
  return [
    ...(imports.length === 0 ? ['The log has no import.'] : []),
    ...imports.map(
      ({ startedAt, finishedAt, importer, planned, imported, notImported, notPlayable, doubtful, report }) =>
        `${dayOf(startedAt)} ${importer}: ${imported} of ${planned} imported${notImported > 0 ? `, ${notImported} NOT` : ''}${notPlayable > 0 ? `, ${notPlayable} not playable` : ''}${doubtful > 0 ? `, ${doubtful} doubtful` : ''}${finishedAt === null ? ', UNFINISHED' : ''}${report === null ? '' : `; ${report}`}`,
    ),
    ...checks.map(
      ({ what, input, accounted }) => `${input} ${what}, ${accounted} accounted for${input === accounted ? '' : ': THE SUMS DO NOT AGREE'}.`,
    ),
  ];
}

function stampLine({ stamps }: LogAccount): string {
  const { entries, last } = stamps;
  return last === null
    ? 'No time stamp.'
    : agree`${counted(entries, 'time stamp')}; the last one by ${last.authority} on ${last.stampedAt} over ${last.size} entr[y|ies], its certificate expires on ${last.certificateEnds}.`;
}
