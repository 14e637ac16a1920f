import { agree } from '../../src/core/base/agree.ts';
import { type Finding, finding } from '../../src/core/findings/finding.ts';
import type { Call } from '../engine/records/call.ts';
import type { Context, Described } from '../engine/records/described.ts';
import { plannedFiles } from './claims.ts';
import { type CallRow, withoutDuplicates } from './duplicates.ts';
import { sortMedia } from './media.ts';
import { isUniqueId } from './names.ts';
import { describeCall } from './recording.ts';

/** Describes a call, or a conference: the calls that share a file. A row or event that several tables contain counts once. */
export function describeAsterisk(call: Call, context: Context, isAudio: (name: string) => boolean): Described {
  const media = sortMedia(call.files);
  const { rows, duplicates } = withoutDuplicates(call.records.filter(({ shape }) => shape === 'cdr'));
  const events = withoutDuplicates(call.records.filter(({ shape }) => shape === 'cel'));
  const texts = new Set(rows.map(({ raw }) => raw));
  const ids = call.keys.filter(isUniqueId);
  const isConference = call.keys.length > 1;
  const shared = media.files.find((file) => file.sharers > 1);
  // The first key is that of the first call, even if that call has no id.
  const key = shared !== undefined && isConference ? context.keyOf(shared.path) : keyOfCall(call.key ?? '');
  const findings = conflicts(key, rows);
  const alike = call.repeated.filter(({ path, table }) => path === rows[0]?.path && table === rows[0]?.table).length;
  if (ids.length === 0 && !isConference && alike > 0)
    findings.push(finding('I107', key, agree`${alike + 1} identical row[s] of one table [has|have] no uniqueid; together they count as one call`));
  const described = describeCall(
    {
      key,
      ids,
      rows,
      also: [...call.repeated, ...duplicates].filter(({ raw }) => !texts.has(raw)),
      events: events.rows,
      media,
      planned: plannedFiles(call.records, isAudio),
      doubted: call.doubted.length + (call.isCrowded ? 1 : 0),
      calls: call.keys.length,
      findings,
    },
    context.zone,
  );
  return { ...described, repeated: [...duplicates, ...events.duplicates] };
}

/** Returns the key of a call; a row without any id uses the digest of its text. */
function keyOfCall(key: string): string {
  return isUniqueId(key) ? key : key.slice(0, 20).replace(' ', '-');
}

/** Returns findings for two different rows of one table with the same uniqueid and sequence number, which a single Asterisk never writes. */
function conflicts(key: string, rows: readonly CallRow[]): Finding[] {
  if (rows.length < 2) return [];
  const seen = new Set<string>();
  let twice = 0;
  for (const { path, table, pairs } of rows) {
    const row = new Map(pairs);
    const sequence = row.get('sequence') ?? '';
    if (sequence === '' || sequence === '0') continue;
    const leg = `${row.size} ${path}\n${table} ${row.get('uniqueid') ?? ''} ${sequence}`;
    if (seen.has(leg)) twice++;
    seen.add(leg);
  }
  return twice === 0
    ? []
    : [finding('I108', key, agree`${twice} row[s] [has|have] the uniqueid and sequence of another row and [differs|differ] from it`)];
}
