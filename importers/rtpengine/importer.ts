import { baseName, extension } from '../../src/core/base/safe-path.ts';
import type { MediaRef, NameValue, Party, PartyRole, TimeValue } from '../../src/core/model/recording.ts';
import { parseTime } from '../../src/tables/values/time.ts';
import { familyImporter } from '../engine/family-importer.ts';
import type { Call, ClaimedFile, JoinedRecord } from '../engine/records/call.ts';
import { partyOf, timeOf, utcAndLocal } from '../engine/records/describe.ts';
import type { Context, Described } from '../engine/records/described.ts';
import { nameKey, stemKey } from '../engine/records/keys.ts';

/** Matches the metadata file of the pcap method; its stem after the prefix equals that of the capture. */
const metadataName = /(?:^|[/!])rtpengine-meta-[^/!]*\.txt$/;
/** Matches `<percent-encoded Call-ID>-<16 hexadecimal digits>`, followed by `-<SSRC or mix>` with the recording daemon's default pattern. */
const captureStem = /^(.+)-([0-9a-f]{16})$/;
const daemonStem = /^(.+)-([0-9a-f]{16})-([0-9a-f]{1,8}|mix)$/;

/** Names that operators use for the ends of a call in the metadata of `start recording`; all others are tags. */
const roles: Readonly<Record<string, PartyRole>> = {
  caller: 'caller',
  from: 'caller',
  ani: 'caller',
  callee: 'callee',
  called: 'callee',
  to: 'callee',
  dnis: 'callee',
  agent: 'agent',
  customer: 'customer',
};

/** Imports recordings that rtpengine makes for Kamailio and OpenSIPS: captures with a metadata text, or the recording daemon's files and tables. */
export const rtpengine = familyImporter({
  id: 'rtpengine',
  title: 'rtpengine (Kamailio, OpenSIPS): captures with metadata, recording daemon',
  grade: 'verified',
  facts: [
    'a run of Debian rtpengine-daemon 12.5.1.31 with the pcap method: metadata text, capture, names',
    'sipwise/rtpengine e8b82121f: daemon/recording.c (metadata, names, epochs), recording-daemon/db.c (tables), recording-daemon/main.c (default pattern %c-%r-%t)',
  ],
  tested: [
    'what a run of Debian rtpengine-daemon 12.5.1.31 wrote',
    'samples/rtpengine, synthetic',
    'the recording daemon only as written from its source code',
  ],
  shapes: [
    {
      name: 'metadata',
      unit: 'metadata files',
      role: 'call',
      at: { kind: 'document', file: metadataName, as: 'plain', whole: isFinished, keyOfName: metadataKey },
      key: (record) => metadataKey(record.path),
      claims: (record) => {
        const written = textOf(record).split(/\r?\n/, 1)[0]?.trim() ?? '';
        const own = { key: stemKey(`${metadataKey(record.path)}.pcap`), by: 'name of the metadata file', strength: 'other-name' as const };
        return /\.pcap(ng)?$/i.test(written) ? [{ key: nameKey(written), by: 'capture named in the metadata', path: written }, own] : [own];
      },
    },
    {
      name: 'recording_calls',
      unit: 'recording_calls rows',
      role: 'call',
      at: { kind: 'table', columns: ['id', 'call_id', 'start_timestamp'] },
      key: (row) => row.peek(['id']),
    },
    {
      name: 'recording_streams',
      unit: 'recording_streams rows',
      role: 'call',
      at: { kind: 'table', columns: ['call', 'local_filename', 'output_type'] },
      key: (row) => row.peek(['call']),
      claims: (row) => {
        const path = streamPath(row);
        if (path === null) return [];
        // If no format is stated, a Call-ID may end in what looks like an extension.
        const bare = row.peek(['file_format']) === null ? path : path.slice(0, path.length - extension(path).length);
        return [{ key: bare === path ? nameKey(path) : [nameKey(path), stemKey(path), nameKey(bare)], by: 'file name in recording_streams', path }];
      },
    },
    {
      name: 'recording_metakeys',
      unit: 'recording_metakeys rows',
      role: 'detail',
      at: { kind: 'table', columns: ['call', 'key', 'value'] },
      key: (row) => row.peek(['call']),
    },
  ],
  namesFile: (path) => captureStem.test(stemOf(path)) || daemonStem.test(stemOf(path)),
  // All files of a call that no table names.
  fileGroup: (path) => {
    const found = daemonStem.exec(stemOf(path));
    return found === null ? path : `${found[1]}-${found[2]}`;
  },
  describe: (call, context) => {
    const metadata = call.records.find(({ shape }) => shape === 'metadata');
    return metadata === undefined ? describeTables(call, context) : describeMetadata(metadata, context);
  },
  describeFile: (file) => {
    const stem = stemOf(file.path);
    const found = daemonStem.exec(stem) ?? captureStem.exec(stem);
    if (found === null) return { key: null };
    return { key: `${found[1]}-${found[2]}`, correlation: [{ name: 'sip-call-id', value: decoded(found[1] ?? '') }], medium: mixOrSide };
  },
});

/** Returns true if the text is complete. The daemon writes these lines when a call ends, and only then renames the file. Source: rec_pcap_meta_finish_file in daemon/recording.c. */
function isFinished(text: string): boolean {
  return text.endsWith('\n') && /^call end time: \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\r?$/m.test(text);
}

/** Describes the content of a metadata text: SDP with the times of arrival, start and end in local time, and the operator's own values in the last line. */
function describeMetadata(record: JoinedRecord, { zone }: Context): Described {
  const text = textOf(record);
  const key = metadataKey(record.path);
  const line = (name: string): string | null => new RegExp(`^${name}[^:\\n]*:[ \\t]*(.+)$`, 'm').exec(text)?.[1]?.trim() ?? null;
  const epoch = (name: string): TimeValue | null => {
    const raw = line(name);
    return raw === null ? null : parseTime(raw, { format: 'epoch-ms', zone: null });
  };
  const local = (name: string): TimeValue | null => {
    const raw = line(name);
    return raw === null ? null : parseTime(raw, { format: 'iso', zone });
  };
  const start = utcAndLocal(epoch('Timestamp started ms'), local('call start time'), record.path);
  const end = utcAndLocal(epoch('Timestamp terminated ms'), local('call end time'), record.path);
  const { parties, tags } = operatorValues(metaPairs(text));
  const found = captureStem.exec(key ?? '');
  return {
    key,
    correlation: found === null ? [] : [{ name: 'sip-call-id', value: decoded(found[1] ?? '') }],
    callStart: start.time,
    callEnd: end.time,
    parties,
    tags,
    findings: [...start.findings, ...end.findings],
  };
}

/** Parses the last line that is not rtpengine's own: `key:value|key:value`; a value may contain colons, e.g. a SIP URI. */
function metaPairs(text: string): NameValue[] {
  const lines = text.split(/\r?\n/).map((each) => each.trim());
  const last = lines.findLast((each) => each !== '') ?? '';
  if (!/^[^:|\s]+:/.test(last) || /^(?:call (?:start|end) time|Timestamp|SDP)/.test(last) || /^[a-z]=/.test(last)) return [];
  return last.split('|').flatMap((pair) => {
    const at = pair.indexOf(':');
    return at <= 0 ? [] : [{ name: pair.slice(0, at).trim(), value: pair.slice(at + 1).trim() }];
  });
}

function operatorValues(pairs: readonly NameValue[]): { readonly parties: Party[]; readonly tags: NameValue[] } {
  const parties: Party[] = [];
  const tags: NameValue[] = [];
  for (const { name, value } of pairs) {
    const role = roles[name.toLowerCase()];
    const party = role === undefined || value === '' ? null : partyOf(role, isNumber(value) ? { phone: value } : { name: value });
    if (party === null) tags.push({ name, value });
    else parties.push(party);
  }
  return { parties, tags };
}

function isNumber(value: string): boolean {
  return /^(?:sips?:|tel:)/i.test(value) || /^\+?[\d\s()./-]{2,}$/.test(value) || /@/.test(value);
}

/** Describes a call from the recording daemon's tables: the call, its streams (mixed or by side), and the metadata of `start recording`. */
function describeTables({ key, records, files }: Call, context: Context): Described {
  const call = records.find(({ shape }) => shape === 'recording_calls');
  const streams = records.filter(({ shape }) => shape === 'recording_streams');
  const callId = call?.take(['call_id']) ?? null;
  const meta = (key === null ? [] : context.details('recording_metakeys', key)).map((row) => ({
    name: row.peek(['key']) ?? '',
    value: row.peek(['value']) ?? '',
  }));
  const { parties, tags } = operatorValues(meta.flatMap((pair) => (pair.name === 'metadata' ? metaPairs(pair.value) : [pair])));
  const start = call === undefined ? null : timeOf(call, 'start_timestamp', { format: 'epoch-s', zone: null });
  const end = call === undefined ? null : timeOf(call, 'end_timestamp', { format: 'epoch-s', zone: null });
  const status = call?.take(['status']) ?? null;
  const byName = new Map(streams.map((row) => [baseName(streamPath(row) ?? ''), row]));
  const medium = (file: ClaimedFile): Partial<Omit<MediaRef, 'path'>> => {
    const row = byName.get(baseName(file.path));
    if (row === undefined) return mixOrSide(file);
    const audioStart = timeOf(row, 'start_timestamp', { format: 'epoch-s', zone: null });
    return { side: row.peek(['output_type']) === 'mixed' ? 'mixed' : 'unknown', audioStart };
  };
  return {
    key: callId === null ? (key === null ? null : `call ${key}`) : `${callId}/${key}`,
    sourceKeys: key === null ? [] : [{ name: 'recording_calls.id', value: key }],
    correlation: callId === null ? [] : [{ name: 'sip-call-id', value: callId }],
    callStart: start,
    callEnd: end,
    parties,
    tags,
    // Still `recording`: the daemon never finished it.
    quality: status === null ? [] : [{ name: 'status', value: status }],
    // The mix and the sides of one call do not count as parts of it.
    ...(files.some(({ size }) => size > 0) ? { status: 'matched' } : {}),
    medium,
  };
}

/** Returns the path to which a stream was written; the daemon keeps the name with and without its folder. */
function streamPath(row: JoinedRecord): string | null {
  const full = row.peek(['full_filename']);
  const name = full ?? row.peek(['local_filename']);
  if (name === null) return null;
  const format = row.peek(['file_format']);
  // A Call-ID may contain dots: the text after the last one is not necessarily an extension.
  return format === null || name.toLowerCase().endsWith(`.${format.toLowerCase()}`) ? name : `${name}.${format}`;
}

function mixOrSide(file: Pick<ClaimedFile, 'path'>): Pick<MediaRef, 'side'> {
  return { side: daemonStem.exec(stemOf(file.path))?.[3] === 'mix' ? 'mixed' : 'unknown' };
}

function metadataKey(path: string): string | null {
  return /rtpengine-meta-([^/!]*)\.txt$/.exec(path)?.[1] ?? null;
}

function stemOf(path: string): string {
  const name = baseName(path);
  return name.slice(0, name.length - extension(name).length);
}

/** Decodes a Call-ID from the form that rtpengine writes into names: bytes other than letters, digits and `-_.` as %XX. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // another program wrote the name
  }
}

function textOf(record: JoinedRecord): string {
  return typeof record.value === 'string' ? record.value : '';
}
