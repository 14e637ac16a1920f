import { baseName, extension } from '../../src/core/base/safe-path.ts';
import { type Finding, finding } from '../../src/core/findings/finding.ts';
import type { CallEvent, MediaRef, NameValue, Party, TimeValue } from '../../src/core/model/recording.ts';
import { parseDuration } from '../../src/tables/values/duration.ts';
import { parseTime } from '../../src/tables/values/time.ts';
import { familyImporter } from '../engine/family-importer.ts';
import type { Call, JoinedRecord } from '../engine/records/call.ts';
import type { Claim } from '../engine/records/claim.ts';
import { durationOf, eventOf, pairsOf, partyOf, timeOf } from '../engine/records/describe.ts';
import type { Described } from '../engine/records/described.ts';
import { memberOf, objectsIn, textIn } from '../engine/records/json-members.ts';
import { idKey, nameKey } from '../engine/records/keys.ts';

/** Matches `…TRACK0` and `…_track-1`; a number alone may be anything. */
const trackInName = /track[ _-]?(\d{1,3})/i;
/** Matches a part of a name that may be a session id, by its length. */
const idPart = /[0-9a-z]{8,}/gi;

/** Imports Cisco MediaSense: sessions as its API returns them, one or more per file, and downloads of their tracks. */
export const mediasense = familyImporter({
  id: 'mediasense',
  title: 'Cisco MediaSense (session JSON, raw tracks, MP4 and WAV)',
  grade: 'documented',
  facts: [
    'Cisco MediaSense Developer Guide 9.0(1), getSessions responses: sessionId, dates in ms, sessionState, tags with tagOffset, tracks, participants, urls',
    'Cisco MediaSense Developer Guide 8.5 and 10.5: downloadUrl of closed audio tracks only, pruned and deleted sessions, TrackActive and TrackInactive',
    'public programs that read such sessions: xRefCi joins to CUCM call records, a hold opens new tracks',
  ],
  tested: ['samples/mediasense, written from the documentation', 'no export of it was available'],
  shapes: [
    {
      name: 'sessions',
      unit: 'sessions',
      role: 'call',
      at: { kind: 'table', columns: ['sessionid', 'sessionstartdate'], jsonPath: ['', 'responseBody.sessions', 'sessions'] },
      key: (record) => record.peek(['sessionId']),
      claims: sessionClaims,
    },
  ],
  fileKeys: (path) => {
    const stem = stemOf(path);
    const session = stem.replace(/[-_. ]*track[-_ ]?\d.*$/i, '');
    const parts = [stem, session, ...(stem.match(idPart) ?? []), ...(folderOf(path).match(idPart) ?? [])];
    return [...new Set(parts)].map((part) => idKey(part.toLowerCase()));
  },
  describe: describeSession,
});

function stemOf(path: string): string {
  const name = baseName(path);
  return name.slice(0, name.length - extension(name).length);
}

function folderOf(path: string): string {
  return path.split(/[/!]/).at(-2) ?? '';
}

/** Returns the file names in the addresses of a session and its tracks. */
function addressesOf(value: unknown): readonly string[] {
  const urls = objectsIn(value, 'urls').flatMap((each) => Object.values(each) as readonly unknown[]);
  const all = [...urls, ...['downloadUrl', 'httpUrl', 'mp4Url', 'wavUrl', 'rtspUrl'].map((name) => memberOf(value, name))];
  return all
    .flatMap((each) => (typeof each === 'string' && each.length < 4_096 ? (/([^/?#]+)(?:[?#].*)?$/.exec(each)?.[1] ?? []) : []))
    .filter((name) => extension(name) !== '');
}

function tracksOf(record: JoinedRecord): readonly object[] {
  return objectsIn(record.value, 'tracks');
}

function sessionClaims(record: JoinedRecord): readonly Claim[] {
  const session = record.peek(['sessionId']);
  const names = [record.value, ...tracksOf(record)].flatMap(addressesOf);
  const byName = [...new Set(names)].map((name): Claim => ({ key: nameKey(name), by: 'file name in an address of the session' }));
  return session === null ? byName : [...byName, { key: idKey(session.toLowerCase()), by: 'session id in the name' }];
}

/** Describes a session with its tracks: simultaneous tracks are the sides, and new ones begin after each hold. */
function describeSession(call: Call): Described {
  const [record, second] = call.records;
  if (record === undefined) return { key: call.key };
  const session = record.take(['sessionId']);
  const place = session ?? record.place;
  const tracks = tracksOf(record);
  const placed = new Map(call.files.map(({ path }) => [path, trackOf(tracks, path)]));
  const state = record.take(['sessionState']);
  const told: Described = {
    key: call.key,
    sourceKeys: session === null ? [] : [{ name: 'sessionId', value: session }],
    correlation: distinct([
      ...(session === null ? [] : [{ name: 'session-id', value: session }]),
      ...pairsOf(record, { ccid: 'ccid' }),
      ...participantsOf(tracks).flatMap((each) => pair('xrefci', textIn(each, 'xRefCi'))),
    ]),
    callStart: timeOf(record, 'sessionStartDate', { format: 'epoch-ms', zone: null }),
    durationDeclared: durationOf(record, 'sessionDuration', 'ms'),
    parties: partiesOf(tracks),
    org: pairsOf(record, { 'call-controller': 'callControllerIP', 'call-controller-type': 'callControllerType' }),
    events: eventsOf(record, tracks),
    quality: [...pair('session-state', state), ...distinct(tracks.flatMap((track) => pair('codec', textIn(track, 'codec'))))],
    medium: (file) => mediumOf(placed.get(file.path) ?? null),
    findings: contradiction(second, place),
    ...(state !== null && /DELETED|PRUNED/i.test(state) ? { absence: 'deleted-at-source' } : {}),
    ...statusOf(call, placed),
  };
  record.takeAll(/^tracks\.(?:participants\.(?:deviceRef|deviceId|xRefCi)|codec)$/i);
  return told;
}

function pair(name: string, value: string | null): NameValue[] {
  return value === null ? [] : [{ name, value }];
}

function distinct(pairs: readonly NameValue[]): NameValue[] {
  return [...new Map(pairs.map((each) => [`${each.name}\n${each.value}`, each])).values()];
}

function participantsOf(tracks: readonly object[]): readonly object[] {
  return tracks.flatMap((track) => objectsIn(track, 'participants'));
}

function partiesOf(tracks: readonly object[]): readonly Party[] {
  const parties = participantsOf(tracks).flatMap(
    (each) => partyOf('unknown', { phone: textIn(each, 'deviceRef'), device: textIn(each, 'deviceId') }) ?? [],
  );
  return [...new Map(parties.map((party) => [`${party.phone?.raw}\n${party.device}`, party])).values()];
}

/** Returns the track of a file: by its address, or by the number in its name. */
function trackOf(tracks: readonly object[], path: string): object | null {
  const name = baseName(path);
  const byName = tracks.find((track) => addressesOf(track).includes(name));
  const number = trackInName.exec(stemOf(path))?.[1];
  return byName ?? (number === undefined ? null : (tracks.find((track) => textIn(track, 'trackNumber') === String(Number(number))) ?? null));
}

function timeIn(value: object, name: string): TimeValue | null {
  const raw = textIn(value, name);
  const time = raw === null ? null : parseTime(raw, { format: 'epoch-ms', zone: null });
  return time?.utc == null ? null : time;
}

function mediumOf(track: object | null): Partial<Omit<MediaRef, 'path'>> {
  if (track === null) return {};
  return { audioStart: timeIn(track, 'trackStartDate'), ...(isVideo(track) ? { kind: 'other' } : {}) };
}

function isVideo(track: object): boolean {
  return /VIDEO|SCREEN/i.test(textIn(track, 'trackMediaType') ?? '');
}

/** Returns when a track begins and ends, epoch ms. */
function spanOf(track: object): readonly [start: number, end: number] | null {
  const start = Date.parse(timeIn(track, 'trackStartDate')?.utc ?? '');
  const length = parseDuration(textIn(track, 'trackDuration') ?? '', 'ms');
  return Number.isNaN(start) ? null : [start, start + (length ?? 0)];
}

/** Returns the status. Simultaneous tracks are the sides of one call; only consecutive tracks are parts. */
function statusOf({ keys, files }: Call, placed: ReadonlyMap<string, object | null>): Pick<Described, 'status'> {
  const sounding = files.filter(({ path, size }) => size > 0 && !isVideo(placed.get(path) ?? {}));
  if (keys.length > 1 || files.length < 2 || sounding.length === 0) return {};
  const tracks = sounding.flatMap(({ path }) => placed.get(path) ?? []);
  // The download of a whole session beside its tracks contains the same audio.
  if (tracks.length < 2) return sounding.length - tracks.length < 2 ? { status: 'matched' } : {};
  const spans = tracks.flatMap((track) => [spanOf(track)].filter((span) => span !== null));
  if (spans.length < tracks.length) return {};
  const latest = Math.max(...spans.map(([start]) => start));
  const earliest = Math.min(...spans.map(([, end]) => end));
  return latest <= earliest ? { status: 'matched' } : {};
}

function eventsOf(record: JoinedRecord, tracks: readonly object[]): readonly CallEvent[] {
  const tags = [...objectsIn(record.value, 'tags'), ...tracks.flatMap((track) => objectsIn(track, 'tags'))].map((tag) => {
    const offset = textIn(tag, 'tagOffset');
    return eventOf('tag', textIn(tag, 'tagName') ?? 'tag', {
      at: timeIn(tag, 'tagCreateDate'),
      callOffsetMs: offset !== null && /^\d{1,12}$/.test(offset) ? Number(offset) : null,
    });
  });
  const sounds = tracks.filter((track) => !isVideo(track));
  const starts = sounds.flatMap((track) => spanOf(track)?.[0] ?? []);
  const first = Math.min(...starts);
  const firstEnd = Math.min(...sounds.flatMap((track) => spanOf(track)?.[1] ?? []));
  // Tracks that begin after others have ended: after a hold, or after the call moved to another device.
  const later = new Map(
    sounds.filter((track) => (spanOf(track)?.[0] ?? first) > Math.max(first, firstEnd)).map((track) => [textIn(track, 'trackStartDate'), track]),
  );
  const splits = [...later.values()].map((track) =>
    eventOf('record-start', 'trackStartDate', { at: timeIn(track, 'trackStartDate'), mediaEffect: 'split' }),
  );
  return [...tags, ...splits];
}

/** Returns a finding for a session that was exported twice with different content; it may have grown in between. */
function contradiction(second: JoinedRecord | undefined, place: string): readonly Finding[] {
  return second === undefined ? [] : [finding('I204', place, 'several records of the session differ; the first one is used')];
}
