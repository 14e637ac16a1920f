import { join, resolve } from 'node:path';
import { printable } from '../../core/printable.ts';
import type { CallAccount, CallEvent, Group, Retention, TimeValue } from '../../core/recording.ts';
import type { SettledReconciliation } from '../../core/recording-document.ts';
import { type ShownRecording, show } from '../../pipeline/query.ts';
import type { CommandDeclaration } from '../command.ts';
import { exitCodes } from '../exit-code.ts';
import { commonOptions } from '../options.ts';
import { type CommonOptions, runCommand } from '../run-command.ts';
import type { Surroundings } from '../surroundings.ts';
import { bytes, count, duration, table } from '../units.ts';

/** `longplay show ARCHIVE ID` */
export const showCommand: CommandDeclaration<Surroundings> = (program, context, signal, done) => {
  const command = program
    .command('show')
    .description('everything about one recording, on a page')
    .argument('<archive>', 'archive folder')
    .argument('<id>', 'recording id, or the beginning of one')
    .addHelpText('after', '\nExample:\n  longplay show /srv/archive 1f0c2a9e');
  commonOptions(command).action(async (archive: string, id: string, options: CommonOptions) => {
    done(
      await runCommand(
        context,
        'show',
        options,
        (stop) => show(resolve(archive), id.toLowerCase(), context.temporary, stop),
        (found) => shown(found, options.verbose === true),
        signal,
      ),
    );
  });
};

function shown(found: ShownRecording, verbose: boolean): { exitCode: number; facts: Record<string, unknown>; text: string } {
  return { exitCode: exitCodes.well, facts: { recordingId: found.document.recordingId, bag: found.bag }, text: pageOf(found, verbose) };
}

function pageOf({ bag, folder, document }: ShownRecording, verbose: boolean): string {
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
  ];
  if (document.supersedes !== null) rows.push(['supersedes', document.supersedes]);
  if (recording.durationDeclared !== null)
    rows.push([
      'declared',
      `${duration(recording.durationDeclared.ms)} (${recording.durationDeclared.raw} ${recording.durationDeclared.unit}) of the ${recording.durationDeclared.of ?? 'call'}`,
    ]);
  for (const party of recording.parties) {
    rows.push([
      party.role,
      [party.phone?.raw, party.name, party.agentId, party.device].filter((part) => part !== null && part !== undefined && part !== '').join(', '),
    ]);
  }
  rows.push(...groupRows(recording.group ?? null), ...retentionRows(recording.retention ?? null));
  for (const { name, value } of recording.quality ?? []) rows.push([`quality: ${name}`, value]);
  for (const { name, value } of [...recording.correlation, ...recording.org, ...recording.tags]) rows.push([name, value]);
  const lines = [table(rows.filter(([, value]) => value !== '').map(([name, value]) => [name, printable(value)]))];
  for (const medium of document.media) {
    lines.push('', `${medium.original.path}  ${bytes(medium.original.sizeBytes)}, ${medium.state}, from ${printable(medium.path)}`);
    lines.push(`  ${printable(medium.basis)}`);
    if (typeof medium.startOffsetMs === 'number') lines.push(`  begins at ${duration(medium.startOffsetMs)} of the call`);
    if (medium.measurement !== null && medium.codec !== null) {
      lines.push(
        `  ${medium.codec.name}, ${medium.codec.sampleRateHz} Hz, ${count(medium.measurement.samples)} samples, ${duration(medium.measurement.durationMs)}, decoded by ${medium.decoder}`,
      );
    }
    for (const doubt of medium.doubts ?? []) lines.push(`  DOUBTFUL: ${doubt}`);
    lines.push(
      medium.access === null
        ? `  no copy: ${medium.accessReason ?? ''}`
        : `  ${medium.access.path}  ${bytes(medium.access.sizeBytes)}, ${medium.access.settings}, ${medium.access.encoder}; listened back: ${medium.access.comparison.passed ? 'like the original' : 'NOT like the original'}`,
    );
    lines.push(`  sha256 ${medium.original.sha256}`);
    for (const found of medium.findings) lines.push(`  ${found.code} ${printable(found.message)}`);
  }
  if (document.joined !== null) lines.push('', `${document.joined.path}  ${bytes(document.joined.sizeBytes)}: both sides, in left, out right`);
  for (const account of recording.accounts ?? []) lines.push('', ...accountLines(account));
  // What the recorder notes by the way is a tag; recording.json has all of it.
  const events = recording.events.filter((event) => verbose || event.type !== 'tag');
  if (events.length > 0) {
    const left = recording.events.length - events.length;
    lines.push('', `events${left > 0 ? ` (${count(left)} tags left out: --verbose)` : ''}`);
    lines.push(
      table(
        events.map((event) => [event.at?.utc ?? event.at?.raw ?? '', event.type, offsetsText(event), ...(verbose ? [printable(event.raw)] : [])]),
        '  ',
      ),
    );
  }
  for (const found of document.findings) lines.push(`${found.code} ${printable(found.message)}`);
  const copy = document.joined ?? document.media.find((m) => m.access !== null)?.access ?? null;
  if (copy !== null) lines.push('', `play: ffplay ${join(folder, copy.path)}`);
  return lines.join('\n');
}

/** What another export says of the call. */
function accountLines(account: CallAccount): string[] {
  const by = account.joinedBy === 'id' ? 'an id that both have' : 'a number and the time';
  const rows: [string, string][] = [
    ['key', account.key],
    ['start', timeText(account.callStart)],
    ['end', timeText(account.callEnd)],
    ['direction', account.direction.value === 'unknown' ? '' : account.direction.value],
    ['declared', account.durationDeclared === null ? '' : duration(account.durationDeclared.ms)],
    ...account.parties.map((party): [string, string] => [party.role, [party.phone?.raw, party.name, party.agentId].filter(Boolean).join(', ')]),
    ...[...account.correlation, ...account.org, ...account.tags].map(({ name, value }): [string, string] => [name, value]),
  ];
  const shown = rows.filter(([, value]) => value !== '').map(([name, value]): [string, string] => [name, printable(value)]);
  return [`also described by ${account.importer} (${account.grade}), joined by ${by}`, table(shown, '  ')];
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

/** In the recorder's own words: which of them mean "none" only its vendor knows. */
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

/** Where an event lies in the call and in the audio, as far as the recorder says. */
function offsetsText({ callOffsetMs, mediaOffsetMs, lengthMs }: CallEvent): string {
  const parts = [
    ...(typeof callOffsetMs === 'number' ? [`at ${duration(callOffsetMs)} of the call`] : []),
    ...(typeof mediaOffsetMs === 'number' ? [`at ${duration(mediaOffsetMs)} of the audio`] : []),
    ...(lengthMs === null ? [] : [`for ${duration(lengthMs)}`]),
  ];
  return parts.join(', ');
}

/** Certainty is shown, never hidden. */
function timeText(time: TimeValue | null): string {
  if (time === null) return '';
  if (time.utc !== null) return `${time.utc} (${time.certainty}, ${time.basis}; written as ${time.raw})`;
  const candidates = time.candidates.length === 0 ? '' : `: ${time.candidates.join(' or ')}`;
  return `${time.raw} (${time.certainty}${candidates})`;
}
