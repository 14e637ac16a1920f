import { rolesOfChannels } from '../../core/model/channel-roles.ts';
import type { CallEvent, PartyRole, TimeValue } from '../../core/model/recording.ts';
import type { RecordingDocument, StoredFile, StoredMedium } from '../../core/model/recording-document.ts';
import { vconUuid } from '../../core/model/vcon-uuid.ts';
import { type VconParties, vconParties } from './vcon-parties.ts';

// vCon 0.4.0: draft-ietf-vcon-vcon-core-04 (2026-09-07) and its JSON schema, which is stricter. docs/reference/vcon.md documents the whole mapping.

/** A file of the recording that was exported beside the vCon. */
export interface VconFile {
  /** Base name in the folder of the export. */
  readonly name: string;
  readonly file: StoredFile;
  /** The medium whose original or copy this file is; null: the joined copy of both sides. */
  readonly medium: StoredMedium | null;
  readonly isCopy: boolean;
}

/** Data of a vCon that do not come from the recording. */
export interface VconSettings {
  /** Time at which the bag was made (RFC 3339). */
  readonly createdAt: string;
  /** Id of the exported archive. */
  readonly archive: string;
  /** Media types by format id. */
  readonly mediaTypes: ReadonlyMap<string, string>;
  /** An https URL that ends in `/`, below which the exported files will be available; null: unknown. */
  readonly baseUrl: string | null;
  /** Returns true if the file itself is embedded in the vCon. */
  inlines(file: VconFile): boolean;
}

/** Placeholder for a file that `writeVcon` embeds. */
export interface InlineBody {
  readonly inline: StoredFile;
}

/** An object of a vCon; undefined members are omitted. */
export type VconObject = { readonly [name: string]: unknown };

/** Builds the vCon of a recording. `hasDialog` is false if there can be no dialog because the start is unknown. */
export function vconOf(
  document: RecordingDocument,
  files: readonly VconFile[],
  settings: VconSettings,
): { readonly vcon: VconObject; readonly hasDialog: boolean } {
  const { recording, recordingId, amends, findings } = document;
  const parties = vconParties(recording);
  const joined = files.find(({ medium }) => medium === null);
  const playable = joined === undefined ? files.filter((file) => isDialog(file, files)) : [joined];
  const dialog: VconObject[] = [];
  const placed: VconFile[] = [];
  for (const file of playable) {
    const start = startOf(file.medium, document);
    if (start === null) continue;
    placed.push(file);
    dialog.push({
      type: 'recording',
      start,
      duration: secondsOf(file, document),
      ...parties.dialogParties(channelRoles(file, document), file.medium?.side === 'mixed'),
      ...contentOf(file, settings),
    });
  }
  const callStart = utcOf(recording.callStart);
  const whole = wholeCall(document, parties, callStart);
  // An answered call without audio is a dialog without content. Whether an unanswered one was a call at all is unknown.
  if (dialog.length === 0 && files.length === 0 && whole !== null && recording.callAnswer !== null) dialog.push({ ...whole, type: 'recording' });
  if (dialog.length > 1) {
    const set = dialog.length;
    for (const [index, one] of dialog.entries()) dialog[index] = { ...one, recording_set: set };
    const start = callStart ?? [...dialog].map((one) => String(one.start)).sort()[0];
    dialog.push({ ...(whole ?? parties.dialogParties(null, true)), type: 'recording-set', start, recordings: dialog.map((_one, index) => index) });
  }
  const last = dialog.at(-1);
  if (last !== undefined) dialog[dialog.length - 1] = { ...last, session_id: sessionId(document), party_history: history(document, parties) };

  const about: readonly { readonly purpose: string; readonly body: unknown }[] = [
    { purpose: 'recording.json', body: document },
    { purpose: 'files', body: files.map(({ name, file, medium, isCopy }) => ({ name, ...file, of: medium?.path ?? null, isCopy })) },
    // recording.json contains the rows themselves.
    { purpose: 'provenance', body: recording.provenance.map(({ kind, path, row, sha256 }) => ({ kind, path, row, sha256 })) },
    ...(findings.length === 0 ? [] : [{ purpose: 'findings', body: findings }]),
    { purpose: 'export', body: { archive: settings.archive, recording: recordingId } },
  ];
  const hasDialog = dialog.length > 0;
  const attached = { start: settings.createdAt, party: hasDialog ? parties.archive() : 0, dialog: Math.max(0, dialog.length - 1) };
  const others = files
    .filter((file) => !placed.includes(file))
    .map((file) => ({ ...attached, purpose: purposeOf(file, joined !== undefined), ...contentOf(file, settings) }));
  const analysed = (schema: string) => ({ type: 'report', vendor: 'longplay', product: document.tool, schema });
  const json = { mediatype: 'application/json', encoding: 'json' };
  return {
    vcon: {
      vcon: '0.4.0',
      uuid: vconUuid(document),
      created_at: settings.createdAt,
      // The vCon of the previous description. Its recording.json is in the bag that the new recording.json names.
      amended: amends === undefined ? undefined : { uuid: vconUuid({ recordingId, revision: amends.revision }) },
      subject: recording.tags.find(({ name }) => name === 'subject')?.value,
      extensions: parties.hasRoles ? ['CC'] : undefined,
      parties: parties.list(),
      dialog,
      attachments: hasDialog ? [...others, ...about.map((each) => ({ ...attached, ...json, ...each }))] : [],
      // An attachment must belong to a dialog; an analysis need not.
      analysis: hasDialog
        ? []
        : [
            ...about.map(({ purpose, body }) => ({ ...analysed(purpose), ...json, body })),
            // Without a start in UTC the audio cannot be a dialog, so it becomes an analysis.
            ...files.map((file) => ({ ...analysed('sound'), ...contentOf(file, settings) })),
          ],
    },
    hasDialog,
  };
}

/** Returns true for the first file of each medium, which is the copy if there is one. Further pieces of a file are no dialogs of their own. */
function isDialog(file: VconFile, files: readonly VconFile[]): boolean {
  const { medium } = file;
  if (medium === null || medium.continues === true) return false;
  if (!file.isCopy && files.some((other) => other.isCopy && other.medium === medium)) return false;
  return medium.kind === 'audio' || medium.kind === 'pcap' || medium.measurement !== null;
}

function purposeOf({ medium, isCopy }: VconFile, areSidesJoined: boolean): string {
  if (medium?.continues === true) return 'further piece of the original';
  if (areSidesJoined) return isCopy ? 'one side' : 'original of one side';
  return medium?.kind === 'screen' ? 'screen' : 'original';
}

function contentOf(file: VconFile, settings: VconSettings): VconObject {
  const { name, file: stored } = file;
  const described = { filename: name, mediatype: mediaTypeOf(file, settings.mediaTypes) };
  if (settings.inlines(file)) return { ...described, encoding: 'base64url', body: { inline: stored } satisfies InlineBody };
  return {
    ...described,
    content_hash: `sha512-${Buffer.from(stored.sha512, 'hex').toString('base64url')}`,
    url: settings.baseUrl === null ? undefined : `${settings.baseUrl}${encodeURIComponent(name)}`,
  };
}

/** Media types that the draft uses (section 4.3.8). */
const draftTypes: Readonly<Record<string, string>> = {
  'audio/vnd.wave': 'audio/x-wav',
  'audio/mpeg': 'audio/x-mp3',
  'audio/mp4': 'audio/x-mp4',
};

function mediaTypeOf({ name, medium, isCopy }: VconFile, types: ReadonlyMap<string, string>): string {
  if (isCopy) return name.endsWith('.wav') ? 'audio/x-wav' : 'audio/ogg';
  const type = types.get(medium?.format ?? '') ?? 'application/octet-stream';
  return draftTypes[type] ?? type;
}

/** Returns the start of the audio according to the recorder, or the start of the call if the recorder does not state it. */
function startOf(medium: StoredMedium | null, { recording }: RecordingDocument): string | null {
  const said = utcOf(medium?.audioStart ?? null);
  const call = utcOf(recording.callStart);
  const offsetMs = medium?.startOffsetMs ?? 0;
  return said ?? (call === null ? null : (later(call, offsetMs) ?? call));
}

/** Returns the measured duration in seconds. */
function secondsOf({ medium }: VconFile, { joined }: RecordingDocument): number | undefined {
  if (medium !== null) return medium.measurement === null ? undefined : seconds(medium.measurement.durationMs);
  return joined === null ? undefined : seconds((joined.samples / joined.sampleRateHz) * 1_000);
}

function seconds(ms: number): number {
  return Math.round(ms) / 1_000;
}

/** Returns the role of each channel; null if unknown. */
function channelRoles({ medium, isCopy }: VconFile, { media, joined }: RecordingDocument): readonly PartyRole[] | null {
  // Channel 0 is the inbound side, 1 the outbound side.
  if (medium === null)
    return joined === null ? null : (['in', 'out'] as const).map((side) => media.find((one) => one.side === side)?.channels[0]?.role ?? 'unknown');
  const channels = (isCopy ? medium.access?.channels : null) ?? medium.measurement?.channels ?? medium.codec?.channels ?? medium.channels.length;
  if (channels === 0) return null;
  return rolesOfChannels(medium.channels, channels);
}

function wholeCall({ recording }: RecordingDocument, parties: VconParties, start: string | null): VconObject | null {
  if (start === null) return null;
  const end = utcOf(recording.callEnd);
  const betweenMs = end === null ? null : Date.parse(end) - Date.parse(start);
  const declared = recording.durationDeclared;
  const ms = betweenMs ?? (declared !== null && declared.of !== 'audio' ? declared.ms : null);
  return { start, duration: ms === null || ms < 0 || ms > Number.MAX_SAFE_INTEGER ? undefined : seconds(ms), ...parties.dialogParties(null, true) };
}

/** Matches a session id (RFC 7989 section 5): 32 hexadecimal digits, and those of the other end as a parameter. */
const session = /^([0-9a-f]{32})(?:;.*?\bremote=([0-9a-f]{32}))?(?:;|$)/;

function sessionId({ recording }: RecordingDocument): VconObject | undefined {
  for (const { name, value } of recording.correlation) {
    const found = name === 'session-id' ? session.exec(value) : null;
    if (found !== null) return { local: found[1], remote: found[2] ?? '0'.repeat(32) };
  }
  return undefined;
}

/** Names of events in vCons. Events without such a name are only in recording.json. */
const historyWords: Partial<Record<CallEvent['type'], string>> = {
  hold: 'hold',
  retrieve: 'unhold',
  mute: 'mute',
  join: 'join',
  leave: 'drop',
  dtmf: 'keydown',
};

function history(document: RecordingDocument, parties: VconParties): VconObject[] | undefined {
  const { events, callStart } = document.recording;
  const start = utcOf(callStart);
  const entries: { readonly party: number; readonly time: string; readonly event: string; readonly button?: string }[] = [];
  // If the recorder states when the call was retrieved, this event is not inferred from the end of the hold.
  const saysRetrieve = events.some(({ type }) => type === 'retrieve');
  for (const { type, at, callOffsetMs, lengthMs, party } of events) {
    const event = historyWords[type];
    const time = utcOf(at) ?? (start === null || callOffsetMs == null ? null : later(start, callOffsetMs));
    if (event === undefined || time === null) continue;
    const who = parties.index(party ?? null);
    // The button is required (section 4.3.13.1), but which one was pressed is never stored.
    entries.push({ party: who, time, event, ...(event === 'keydown' ? { button: '' } : {}) });
    const end = lengthMs === null || lengthMs < 0 ? null : later(time, lengthMs);
    if (end !== null && type === 'mute') entries.push({ party: who, time: end, event: 'unmute' });
    if (end !== null && type === 'hold' && !saysRetrieve) entries.push({ party: who, time: end, event: 'unhold' });
  }
  if (entries.length === 0) return undefined;
  return entries.sort((a, b) => Date.parse(a.time) - Date.parse(b.time));
}

/** Returns a UTC time as RFC 3339 if it is known to the second or minute; null for a whole day. */
function utcOf(time: TimeValue | null): string | null {
  if (time === null || time.utc === null || time.precision === 'day') return null;
  return /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?Z$/.test(time.utc) && !Number.isNaN(Date.parse(time.utc)) ? time.utc : null;
}

function later(utc: string, ms: number): string | null {
  const time = new Date(Date.parse(utc) + ms);
  // RFC 3339 has no years with five digits.
  return Number.isNaN(time.getTime()) || time.getUTCFullYear() > 9_999 || time.getUTCFullYear() < 0 ? null : time.toISOString();
}
