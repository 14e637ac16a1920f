import { agree } from '../../src/core/base/agree.ts';
import { baseName, extension } from '../../src/core/base/safe-path.ts';
import { type Finding, finding } from '../../src/core/findings/finding.ts';
import type { CallEvent, MediaRef, NameValue, Party } from '../../src/core/model/recording.ts';
import { parseDuration } from '../../src/tables/values/duration.ts';
import { parseTime } from '../../src/tables/values/time.ts';
import { familyImporter } from '../engine/family-importer.ts';
import type { Call, ClaimedFile, JoinedRecord } from '../engine/records/call.ts';
import type { Claim } from '../engine/records/claim.ts';
import { eventOf, partyOf, timeOf } from '../engine/records/describe.ts';
import type { Context, Described } from '../engine/records/described.ts';
import { memberOf, objectsIn, textIn } from '../engine/records/json-members.ts';
import { idKey, nameKey, pathParts, stemKey } from '../engine/records/keys.ts';
import type { Shape } from '../engine/records/shape.ts';

/** Matches extensions that an encrypted medium may have after its own. */
const sealed = /\.(?:bin|p7m|p7|p7b|pkcs7|enc)$/i;
/** Matches `{contact-center}/{tenant}/{date}/{recording-id}/`. */
const place = /(?:(?:^|[/!])([^/!]+)[/!]([^/!]+)[/!])?(\d{4}-\d\d-\d\d)[/!]([^/!]+)[/!][^/!]+$/;

const recordings = (name: string, at: Shape['at']): Shape => ({
  name,
  unit: 'recordings',
  role: 'call',
  at,
  key: (record) => textIn(record.value, 'id') ?? folderOf(record.path),
  claims: recordingClaims,
});

/** Imports Genesys Interaction Recording: the folders of its archives, one per recording, and lists of recordings. */
export const genesysGir = familyImporter({
  id: 'genesys-gir',
  title: 'Genesys Interaction Recording, GIR (archive folders, recording.json)',
  grade: 'documented',
  facts: [
    'docs.genesys.com, Genesys Interaction Recording Solution Guide, Archiving and Metadata: folders, recording.json, names in the metadata, PKCS7',
    'docs.genesys.com, Genesys Interaction Recording API: recording resource with mediaFiles, parameters and eventHistory, and its sample',
    'docs.genesys.com, Genesys Web Services, PauseCallRecording: GSIP_RECORD in the data of a call',
  ],
  tested: ['samples/genesys-gir, written from the documentation', 'no archive of it was available'],
  shapes: [
    recordings('recording', {
      kind: 'document',
      as: 'json',
      file: /(?:^|[/!])(?:recording|metadata)\.json$|(?:^|[/!])([^/!]+)[/!]\1\.json$/i,
      holds: /"(?:mediaFiles?|callerPhoneNumber|dialedPhoneNumber)"\s*:/,
      keyOfName: folderOf,
    }),
    recordings('listed recording', {
      kind: 'table',
      columns: ['id', 'mediafiles.mediaid'],
      jsonPath: ['', 'recordings', 'data.recordings'],
      file: /\.(?:json|jsonl|ndjson|txt)$/i,
    }),
  ],
  mediumKind: (path, usual) => usual ?? (sealed.test(path) ? 'audio' : null),
  fileKeys: (path) => {
    const folder = folderOf(path);
    const open = path.replace(sealed, '');
    return [nameKey(open), stemKey(open), ...(folder === null ? [] : [idKey(folder)])];
  },
  fileGroup: (path) => (place.test(path) ? path.slice(0, path.length - baseName(path).length) : path),
  describe: describeRecording,
  describeFile: ({ path }) => {
    const [, , , , id] = place.exec(path) ?? [];
    const sourceKeys = id === undefined ? [] : [{ name: 'recording-id', value: id }];
    return { key: null, sourceKeys, ...(sealed.test(path) ? { quality: [sealedPair] } : {}) };
  },
});

const sealedPair: NameValue = { name: 'encryption', value: 'PKCS7, by the name' };

function folderOf(path: string): string | null {
  const parts = path.split(/[/!]/);
  return parts.length < 2 ? null : (parts.at(-2) ?? null);
}

/** Returns the names of a medium in the metadata: by the media server, by the store, in a path. */
function namesOf(media: object): readonly string[] {
  const places = [
    textIn(media, 'mediaId'),
    textIn(media, 'mediaUri'),
    textIn(media, 'mediaPath'),
    textIn(media, 'playPath'),
    textIn(media, 'mediaDescriptor', 'path'),
  ];
  const names = places.flatMap((text) => (text === null ? [] : [pathParts(text.split(/[?#]/, 1)[0] ?? '').at(-1) ?? '']));
  return [...new Set(names.filter((name) => name !== ''))];
}

function mediaIn(record: JoinedRecord): readonly object[] {
  return [...objectsIn(record.value, 'mediaFiles'), ...objectsIn(record.value, 'mediaFile')];
}

function recordingClaims(record: JoinedRecord): readonly Claim[] {
  const id = textIn(record.value, 'id');
  const media = mediaIn(record).map(namesOf);
  const known = new Set(media.flat().flatMap((name) => [nameKey(name), stemKey(name)]));
  const named = media.flatMap((names): Claim[] => {
    const [first] = names;
    if (first === undefined) return [];
    return [{ key: [...names.map(nameKey), ...names.map(stemKey)], by: 'file name in mediaFiles', path: id === null ? first : `${id}/${first}` }];
  });
  // A folder is one recording: the other files in it belong to that recording.
  const folders = new Set([id, place.test(record.path) && record.number === 0 ? folderOf(record.path) : null].filter((each) => each !== null));
  const isNamed = (path: string): boolean =>
    known.has(nameKey(path.replace(sealed, ''))) || known.has(stemKey(path)) || known.has(stemKey(path.replace(sealed, '')));
  const byFolder = [...folders].map((each): Claim => ({ key: idKey(each), by: 'folder of the recording id', fits: (path) => !isNamed(path) }));
  return [...named, ...byFolder];
}

function describeRecording(call: Call, context: Context): Described {
  const [record, second] = call.records;
  if (record === undefined) return { key: call.key };
  const key = call.key ?? record.place;
  const media = mediaIn(record);
  const found = new Map(call.files.map((file) => [file.path, mediaOf(media, file.path)]));
  const sounds = call.files.filter((file) => kindOf(found.get(file.path) ?? null, file.path) === 'audio');
  const only = media.length === 1 ? textIn(media[0], 'duration') : null;
  const ms = only === null ? null : parseDuration(only, 'ms');
  const pressed = call.records.reduce((count, each) => count + each.takeAll(/dtmf|digits/i), 0);
  const timed = { format: 'iso', zone: context.zone } as const;
  const told = {
    key: call.key,
    sourceKeys: [...pair('recording-id', record.take(['id'])), ...media.flatMap((each) => pair('media-id', textIn(each, 'mediaId')))],
    correlation: distinct(
      media.flatMap((each) => [...pair('call-uuid', textIn(each, 'callUUID')), ...pair('conn-id', textIn(each, 'parameters', 'connId'))]),
    ),
    callStart: timeOf(record, 'startTime', timed),
    callEnd: timeOf(record, 'stopTime', timed),
    durationDeclared: only === null || ms === null ? null : { ms, raw: only, unit: 'ms', of: 'audio' as const },
    parties: partiesOf(record, media),
    org: distinct([...placePairs(record.path), ...media.flatMap((each) => pair('tenant', textIn(each, 'tenant')))]),
    events: eventsOf(record, context),
    quality: call.files.some(({ path }) => sealed.test(path)) ? [sealedPair] : [],
    medium: (file: ClaimedFile) => mediumOf(found.get(file.path) ?? null, file.path, context),
    findings: [
      ...sizeFindings(call.files, found, key),
      ...(pressed > 0 ? [finding('I261', key, agree`${pressed} value[s] of pressed keys [was|were] left out`)] : []),
      ...(second === undefined ? [] : [finding('I204', key, `${call.records.length} of its documents differ; the first one is used`)]),
    ],
    // Screen recordings are not parts of the audio.
    ...(call.keys.length < 2 && call.files.length > 1 && sounds.length === 1 && sounds.some(({ size }) => size > 0)
      ? { status: 'matched' as const }
      : {}),
  };
  record.takeAll(/^mediaFiles?\.(?:mediaId|callUUID|tenant|parameters\.(?:connId|agentId|recordDN))$/i);
  if (told.durationDeclared !== null) record.takeAll(/^mediaFiles?\.duration$/i);
  return told;
}

function pair(name: string, value: string | null): NameValue[] {
  return value === null ? [] : [{ name, value }];
}

function distinct(pairs: readonly NameValue[]): NameValue[] {
  return [...new Map(pairs.map((each) => [`${each.name}\n${each.value}`, each])).values()];
}

/** Returns the metadata of a file: by its whole name, or else by its name without extension. */
function mediaOf(media: readonly object[], path: string): object | null {
  const open = path.replace(sealed, '');
  const having = (keys: ReadonlySet<string>, keyOf: (name: string) => string) =>
    media.find((each) => namesOf(each).some((name) => keys.has(keyOf(name))));
  return having(new Set([nameKey(path), nameKey(open)]), nameKey) ?? having(new Set([stemKey(path), stemKey(open)]), stemKey) ?? null;
}

function kindOf(media: object | null, path: string): MediaRef['kind'] {
  const type = media === null ? null : textIn(media, 'type');
  if (type !== null && /^(?:video|screen)/i.test(type)) return 'screen';
  if (type !== null && /^audio/i.test(type)) return 'audio';
  return /^\.(?:mp4|webm)$/i.test(extension(path.replace(sealed, ''))) ? 'screen' : 'audio';
}

function mediumOf(media: object | null, path: string, { zone }: Context): Partial<Omit<MediaRef, 'path'>> {
  const raw = media === null ? null : textIn(media, 'startTime');
  const start = raw === null ? null : parseTime(raw, { format: 'iso', zone });
  return { kind: kindOf(media, path), audioStart: start?.certainty === 'unreadable' || start?.certainty === 'sentinel' ? null : start };
}

function partiesOf(record: JoinedRecord, media: readonly object[]): readonly Party[] {
  const agents = media.map((each) =>
    partyOf('agent', { agentId: textIn(each, 'parameters', 'agentId'), device: textIn(each, 'parameters', 'recordDN') }),
  );
  const contacts = objectsIn(record.value, 'eventHistory').flatMap((each) => objectsIn(each, 'contact'));
  const users = contacts.map((contact) => {
    const login = textIn(contact, 'userName');
    const names = [textIn(contact, 'firstName'), textIn(contact, 'lastName')].filter((name) => name !== null);
    return login === null
      ? null
      : partyOf('agent', { agentId: login, name: names.length === 0 ? null : names.join(' '), phone: textIn(contact, 'phoneNumber') });
  });
  const parties = [
    partyOf('caller', { phone: record.take(['callerPhoneNumber']) }),
    partyOf('callee', { phone: record.take(['dialedPhoneNumber']) }),
    // A device without an agent is not a participant.
    ...agents.filter((party) => party?.agentId !== null),
    ...users,
  ].filter((party) => party !== null);
  return [...new Map(parties.map((party) => [JSON.stringify(party), party])).values()];
}

/** Returns contact center and tenant, if a recording lies in the folders of an archive. */
function placePairs(path: string): NameValue[] {
  const [, center, tenant] = place.exec(path) ?? [];
  return [...pair('contact-center', center ?? null), ...pair('tenant', tenant ?? null)];
}

const eventTypes: Readonly<Record<string, CallEvent['type']>> = {
  joined: 'join',
  left: 'leave',
  hold: 'hold',
  held: 'hold',
  retrieved: 'retrieve',
  paused: 'pause',
  resumed: 'resume',
  transferred: 'transfer',
  conferenced: 'conference',
};

function eventsOf(record: JoinedRecord, { zone }: Context): readonly CallEvent[] {
  let isPaused = false;
  return objectsIn(record.value, 'eventHistory').map((each) => {
    const raw = textIn(each, 'event') ?? textIn(each, 'eventType') ?? 'event';
    const when = textIn(each, 'occurredAt');
    const time = when === null ? null : parseTime(when, { format: 'iso', zone });
    const at = time?.utc == null && time?.local == null ? null : time;
    // A pause is reported as a change of the call's data.
    const changes = [memberOf(each, 'data'), ...objectsIn(memberOf(each, 'data'), 'added'), ...objectsIn(memberOf(each, 'data'), 'updated')];
    const recording = changes.map((change) => textIn(change, 'GSIP_RECORD')).find((value) => value !== null) ?? null;
    if (recording !== null) {
      const said = recording.toUpperCase();
      const type = said === 'ON' && isPaused ? 'resume' : (recordingEvents[said] ?? 'tag');
      isPaused = said === 'PAUSED';
      return eventOf(type, `GSIP_RECORD ${recording}`, { at });
    }
    return eventOf(eventTypes[raw.toLowerCase()] ?? 'tag', raw, { at });
  });
}

const recordingEvents: Readonly<Record<string, CallEvent['type']>> = { PAUSED: 'pause', ON: 'record-start', OFF: 'record-stop' };

/** Compares the sizes of files with the metadata; an encrypted file is larger than its plain content. */
function sizeFindings(files: readonly ClaimedFile[], found: ReadonlyMap<string, object | null>, key: string): readonly Finding[] {
  return files.flatMap(({ path, size }) => {
    const media = found.get(path) ?? null;
    const text = media === null || sealed.test(path) ? null : textIn(media, 'size');
    const said = text !== null && /^\d{1,15}$/.test(text) ? Number(text) : null;
    const hasItsName = media !== null && namesOf(media).some((name) => extension(name).toLowerCase() === extension(path).toLowerCase());
    return said === null || said === size || !hasItsName ? [] : [finding('I181', key, agree`has ${size} byte[s], but its metadata states ${said}`)];
  });
}
