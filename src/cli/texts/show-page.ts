import { storedPath, storedPlace } from '../../archive/documents/stored-path.ts';
import { agree } from '../../core/base/agree.ts';
import { partyAt } from '../../core/model/calling-side.ts';
import {
  type CallAccount,
  type CallEvent,
  type Group,
  isOfLaterTable,
  type Party,
  type Retention,
  type TimeValue,
} from '../../core/model/recording.ts';
import {
  type RecordingDocument,
  revisionOf,
  type SettledReconciliation,
  type StoredFile,
  type StoredMedium,
} from '../../core/model/recording-document.ts';
import { printable } from '../../core/words/printable.ts';
import { count } from '../../core/words/quantity.ts';
import { erasedFileText } from '../../pipeline/open/erased.ts';
import type { RecordingHistory } from '../../pipeline/open/query.ts';
import { bytes, clock, duration, shellWord, table } from '../report/units.ts';
import { namedLines, type OutStyle, wrapped } from './style.ts';
import { waveLines } from './wave-text.ts';

/** Width of the page without a terminal. */
const usualColumns = 80;
/** Largest width of a waveform: a wider one shows no more. */
const widestWave = 120;

/** Formats everything about a recording as a page for a terminal or a pipe. */
export function recordingPage(
  { bag, folder, document, revisions, supersededBy, absent, erased }: RecordingHistory,
  style: OutStyle,
  verbose: boolean,
): string {
  const { recording } = document;
  const erasedFiles = new Set(erased.map(({ file }) => file));
  const sections = [
    [style.bold(printable(headline(document)))],
    ...document.media.map((medium) => mediumLines(medium, document, { style, erased: erasedFiles })),
    ...(document.joined === null ? [] : [[`${document.joined.path}  ${storedText(document.joined, erasedFiles)}: both sides, in left, out right`]]),
    [namedLines([...namedRows(document, bag, folder), ...successorRows(supersededBy), ...revisionRows(document, revisions)], style)],
    ...(recording.accounts ?? []).map((account) => accountLines(account, style)),
    eventLines(recording.events, style, verbose),
    document.findings.flatMap(({ code, message }) => text(`${code} ${printable(message)}`, style, style.warn)),
    erased.map((one) => `ERASED: ${erasedFileText(one)}`),
    absentLines(absent, style),
    playLines(document, { bag, folder, absent, erased }),
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

/** Returns the most important facts in one line. */
function headline({ recording, media }: RecordingDocument): string {
  const { callStart, direction, parties, reconciliation } = recording;
  const start = callStart ?? media.find(({ audioStart }) => audioStart !== null)?.audioStart ?? null;
  const when =
    start === null
      ? 'start unknown'
      : start.utc === null
        ? `${start.raw} (${start.certainty})`
        : `${start.utc.slice(0, 19).replace('T', ' ')}${start.certainty === 'exact' ? 'Z' : '~'}`;
  const [from, to] = [true, false].map((calls) => partyAt(parties, direction.value, calls));
  const who = from === undefined && to === undefined ? '' : `${shortName(from)} → ${shortName(to)}`;
  const lengths = media.flatMap(({ measurement }) => (measurement === null ? [] : [measurement.durationMs]));
  const length = lengths.length === 0 ? 'no audio' : clock(Math.max(...lengths));
  return [when, direction.value === 'unknown' ? '' : direction.value, who, length, reconciliation.status].filter((part) => part !== '').join('  ');
}

function shortName(party: Party | undefined): string {
  return party?.phone?.raw ?? party?.name ?? party?.agentId ?? '?';
}

function namedRows(document: RecordingDocument, bag: string, folder: string): [string, string][] {
  const { recording } = document;
  const rows: [string, string][] = [
    ['recording', document.recordingId],
    ['bag', bag],
    ['folder', folder],
    ['source', `${document.source}, ${recording.importer} (${recording.grade}), site ${document.site}`],
    ['key', recording.key],
    ['status', statusText(recording.reconciliation)],
    ['start', timeText(recording.callStart)],
    ['answered', timeText(recording.callAnswer)],
    ['end', timeText(recording.callEnd)],
    ['direction', recording.direction.value],
    ['supersedes', document.supersedes ?? ''],
  ];
  const { durationDeclared: declared } = recording;
  if (declared !== null) rows.push(['declared', `${duration(declared.ms)} (${declared.raw} ${declared.unit}) of the ${declared.of ?? 'call'}`]);
  rows.push(...recording.parties.map((party): [string, string] => [party.role, partyText(party)]));
  rows.push(...groupRows(recording.group ?? null), ...retentionRows(recording.retention ?? null));
  for (const { name, value } of recording.quality ?? []) rows.push([`quality: ${name}`, value]);
  for (const { name, value } of [...recording.correlation, ...recording.org, ...recording.tags]) rows.push([name, value]);
  return printableRows(rows);
}

function successorRows(supersededBy: string | null): [string, string][] {
  return supersededBy === null ? [] : [['SUPERSEDED', `by ${supersededBy}, a later state of this call`]];
}

/**
 * Returns which of the recording's descriptions this is, what it changed, and where the others are; nothing for a recording that was never amended.
 */
function revisionRows(document: RecordingDocument, revisions: RecordingHistory['revisions']): [string, string][] {
  if (revisions.length < 2) return [];
  const { amends } = document;
  const own = revisionOf(document);
  const changed =
    amends === undefined
      ? 'as imported'
      : `${amends.changed.join(', ')} changed by ${amends.cause}, job ${amends.job}${amends.why === undefined ? '' : `: ${amends.why}`}`;
  const others = revisions.filter(({ revision }) => revision !== own).map(({ revision, bag }) => `${revision} in bag ${bag}`);
  return printableRows([
    ['revision', `${own} of ${revisions.length}: ${changed}`],
    ['others', `${others.join(', ')}; see one with --revision`],
  ]);
}

function printableRows(rows: readonly (readonly [string, string])[]): [string, string][] {
  return rows.filter(([, value]) => value !== '').map(([name, value]) => [printable(name), printable(value)]);
}

function partyText({ phone, name, agentId, device }: Party): string {
  const number = phone === null ? null : phone.damage === null ? phone.raw : `${phone.raw} (damaged: ${phone.damage})`;
  return [number, name, agentId, device].filter((part) => part !== null && part !== '').join(', ');
}

/** Returns the size of a stored file, or that it was erased. */
function storedText({ path, sizeBytes }: Pick<StoredFile, 'path' | 'sizeBytes'>, erased: ReadonlySet<string>): string {
  return erased.has(path) ? `ERASED (it had ${bytes(sizeBytes)})` : bytes(sizeBytes);
}

function mediumLines(
  medium: StoredMedium,
  { recording }: RecordingDocument,
  { style, erased }: { readonly style: OutStyle; readonly erased: ReadonlySet<string> },
): string[] {
  const { original, measurement, codec, access } = medium;
  const width = Math.min(widestWave, style.columns ?? usualColumns);
  const wave = waveLines(medium, recording.events, width);
  const said = (words: string, paint = plain): string[] => text(words, style, paint, '  ');
  return [
    ...wave,
    ...(wave.length > 0 ? [''] : []),
    ...text(
      `${original.path}  ${storedText(original, erased)}, ${erased.has(original.path) ? `was ${medium.state}` : medium.state}, from ${printable(medium.path)}`,
      style,
      plain,
    ),
    ...said(printable(`${medium.basis}${medium.formatGrade ? `; ${medium.format} is ${medium.formatGrade}` : ''}`)),
    ...(typeof medium.startOffsetMs === 'number' ? said(`begins at ${duration(medium.startOffsetMs)} of the call`) : []),
    ...(measurement === null || codec === null
      ? []
      : said(
          agree`${codec.name}, ${codec.sampleRateHz} Hz, ${count(measurement.samples)} sample[s], ${duration(measurement.durationMs)}, decoded by ${medium.decoder}`,
        )),
    ...(medium.doubts ?? []).flatMap((doubt) => said(`DOUBTFUL: ${doubt}`, style.alarm)),
    ...(access === null
      ? said(`no copy: ${medium.accessReason ?? ''}`)
      : said(
          `${access.path}  ${storedText(access, erased)}, ${access.settings}, ${access.encoder}; listened back: ${access.comparison.passed ? 'like the original' : 'NOT like the original'}`,
          access.comparison.passed ? plain : style.alarm,
        )),
    style.dim(`  sha256 ${original.sha256}`),
    ...medium.findings.flatMap(({ code, message }) => said(`${code} ${printable(message)}`, style.warn)),
  ];
}

const plain = (words: string): string => words;

/** Wraps text to the terminal's width, with further lines indented. */
function text(words: string, { columns }: OutStyle, paint: (line: string) => string, indent = ''): string[] {
  if (columns === null) return [paint(indent + words)];
  return wrapped(words, columns - indent.length - 2).map((line, index) => paint(indent + (index === 0 ? '' : '  ') + line));
}

/** Formats events. Minor notes of a recorder are shown as tags; recording.json has everything. */
function eventLines(all: readonly CallEvent[], style: OutStyle, verbose: boolean): string[] {
  const events = all.filter((event) => verbose || event.type !== 'tag');
  if (events.length === 0) return [];
  const left = all.length - events.length;
  const rows = events.map((event) =>
    [event.at?.utc ?? event.at?.raw ?? '', event.type, offsetsText(event), ...(verbose ? [event.raw] : [])].map(printable),
  );
  return [style.bold(`events${left > 0 ? agree` (${count(left)} tag[s] left out: --verbose)` : ''}`), table(rows, '  ')];
}

/** Returns the lines about files of the description that are absent. */
function absentLines(absent: RecordingHistory['absent'], style: OutStyle): string[] {
  if (absent.length === 0) return [];
  const named = absent.flatMap(({ place, code }) =>
    text(`${code === 'ENOENT' ? 'NOT THERE' : `UNREACHABLE (${code})`}: ${place}`, style, style.alarm),
  );
  return [...named, 'next: longplay verify ARCHIVE names what is lost; longplay replica repair restores it from another copy'];
}

/** Returns how to play the recording; nothing if it has no copy that can be opened now. */
function playLines({ joined, media, recordingId }: RecordingDocument, at: Pick<RecordingHistory, 'bag' | 'folder' | 'absent' | 'erased'>): string[] {
  const copies = [joined, ...media.map(({ access }) => access)].flatMap((copy) => copy ?? []);
  const gone = new Set([...at.absent.map(({ place }) => place), ...at.erased.map(({ file }) => file)]);
  const copy = copies.find((one) => !gone.has(one.path) && !gone.has(storedPlace(at.bag, recordingId, one)));
  if (copy === undefined) return [];
  // No other program opens a sealed copy without its secret.
  if (copy.sealed !== undefined) return [`play: longplay play ARCHIVE ${recordingId.slice(0, 13)}`];
  const { folder } = at;
  return [`play: ffplay ${shellWord(storedPath(folder, copy))}`, `  or: longplay play ARCHIVE ${recordingId.slice(0, 13)}`];
}

/** Formats another export's account of the call. */
function accountLines(account: CallAccount, style: OutStyle): string[] {
  const by = account.joinedBy === 'id' ? 'an id that both have' : 'a number and the time';
  const rows: [string, string][] = [
    ['key', account.key],
    ['start', timeText(account.callStart)],
    ['end', timeText(account.callEnd)],
    ['direction', account.direction.value === 'unknown' ? '' : account.direction.value],
    ['declared', account.durationDeclared === null ? '' : duration(account.durationDeclared.ms)],
    ...account.parties.map((party): [string, string] => [party.role, partyText(party)]),
    // A later table was added for its columns, so all are shown; other exports have dozens.
    ...[...account.correlation, ...account.org, ...account.tags, ...(isOfLaterTable(account) ? account.extra : [])].map(
      ({ name, value }): [string, string] => [name, value],
    ),
  ];
  return [
    style.bold(printable(`also described by ${account.table ?? account.importer} (${account.grade}), joined by ${by}`)),
    namedLines(printableRows(rows), style, '  '),
  ];
}

function statusText({ status, rule, joined, reason }: SettledReconciliation): string {
  return reason === null || reason === undefined ? `${status}: ${rule}` : `${status}: ${reason}; joined as ${joined ?? status}: ${rule}`;
}

function groupRows(group: Group | null): [string, string][] {
  if (group === null) return [];
  const place = group.index === null ? '' : `, number ${group.index}${group.count === null ? '' : ` of ${group.count}`}`;
  return [
    ['group', `${group.id}${place}`],
    ['previous', group.previous ?? ''],
    ['next', group.next ?? ''],
  ];
}

/** Formats retention in the recorder's own words, because only its vendor knows which of them mean "none". */
function retentionRows(retention: Retention | null): [string, string][] {
  if (retention === null) return [];
  const { policyRaw, expiresAt, legalHoldRaw, lockRaw, deletedAtSource } = retention;
  return [
    ['LEGAL HOLD', legalHoldRaw ?? ''],
    ['LOCK', lockRaw ?? ''],
    ['retention', policyRaw ?? ''],
    ['keep until', timeText(expiresAt)],
    ['deleted', timeText(deletedAtSource)],
  ];
}

/** Formats the position of an event in the call and in the audio, if the recorder states it. */
function offsetsText({ callOffsetMs, mediaOffsetMs, lengthMs }: CallEvent): string {
  const parts = [
    ...(typeof callOffsetMs === 'number' ? [`at ${duration(callOffsetMs)} of the call`] : []),
    ...(typeof mediaOffsetMs === 'number' ? [`at ${duration(mediaOffsetMs)} of the audio`] : []),
    ...(lengthMs === null ? [] : [`for ${duration(lengthMs)}`]),
  ];
  return parts.join(', ');
}

/** Formats a time, always with its certainty. */
function timeText(time: TimeValue | null): string {
  if (time === null) return '';
  if (time.utc !== null) return `${time.utc} (${time.certainty}, ${time.basis}; written as ${time.raw})`;
  const candidates = time.candidates.length === 0 ? '' : `: ${time.candidates.join(' or ')}`;
  return `${time.raw} (${time.certainty}${candidates})`;
}
