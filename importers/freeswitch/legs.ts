import { extension } from '../../src/core/base/safe-path.ts';
import type { JoinedRecord } from '../engine/records/call.ts';
import type { Claim } from '../engine/records/claim.ts';
import { idKey, nameKey, pathParts, stemKey } from '../engine/records/keys.ts';

const uuidForm = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;

/** Returns all UUIDs in a text, in lower case, each once. */
export function uuidsIn(text: string): readonly string[] {
  return [...new Set((text.match(uuidForm) ?? []).map((uuid) => uuid.toLowerCase()))];
}

/** Returns the leg of a record. */
export function legOf(record: JoinedRecord): string | null {
  const said = record.peek(['variables.uuid']) ?? record.peek(['xml_cdr_uuid']) ?? record.peek(['call_recording_uuid']) ?? record.peek(['uuid']);
  const profile = said ?? record.peek(['callflow.caller_profile.uuid']) ?? (record.number === 0 ? legOfName(record.path) : null);
  return profile === null ? null : (uuidsIn(profile)[0] ?? null);
}

/** Returns the leg in a document's name: `[a_]<uuid>.cdr.xml`, or FusionPBX's `<uuid>.json`. */
export function legOfName(path: string): string | null {
  return uuidsIn(path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('!')) + 1))[0] ?? null;
}

/**
 * Columns in which a leg names another leg of its call: the leg to which it is or was bridged, the leg that created it or that it created, the other half of a
 * loopback channel, the leg with which the call began, the caller in a queue. Source: names in the real run; switch_types.h; FusionPBX's columns.
 */
const legNames = [
  'bridge_uuid',
  'signal_bond',
  'last_bridge_to',
  'originator',
  'originating_leg_uuid',
  'originated_legs',
  'originate_causes',
  'ent_originate_aleg_uuid',
  'other_loopback_leg_uuid',
  'loopback_from_uuid',
  'call_uuid',
  'other_leg_unique_id',
  'bleg_uuid',
  'cc_member_session_uuid',
  'cc_agent_session_uuid',
];
const linking: ReadonlySet<string> = new Set([
  ...legNames.flatMap((name) => [name, `variables.${name}`]),
  ...['originator', 'originatee', 'origination'].flatMap((kind) =>
    ['', 's'].map((many) => `callflow.caller_profile.${kind}.${kind}_caller_profile${many}.uuid`),
  ),
  'hold',
]);

/** Returns the legs that a record names as part of its own call. */
export function linkedLegs(record: JoinedRecord): readonly string[] {
  const own = legOf(record);
  const named = record.rest().flatMap(({ name, value }) => (linking.has(name.toLowerCase()) ? uuidsIn(value) : []));
  return [...new Set(named)].filter((uuid) => uuid !== own);
}

/** A path to which, according to a record, its leg recorded. */
export interface RecordedPath {
  readonly path: string;
  readonly by: string;
}

/** Variables that hold one path (FusionPBX, xml_cdr.php; mod_callcenter; mod_sofia). */
const pathNames = ['cc_record_filename', 'sofia_record_file', 'recording_file', 'record_file', 'record_filename'];
/** Matches variables that hold commands, one of which may start a recording. */
const commandNames = /^variables\.(?:api_on_answer|execute_on_answer|api_on_media|execute_on_media|current_application_data)(?:_\d+)?$/;
const command = /(?:uuid_record\s+\S+\s+start\s+|record_session(?:::|\s+))([^\s'"\],;]+)/g;

/** Returns where the audio of a leg is according to its records, the surest place first. */
export function recordedPaths(record: JoinedRecord): readonly RecordedPath[] {
  const found: RecordedPath[] = [];
  const folder = record.peek(['variables.record_path']) ?? record.peek(['record_path']) ?? record.peek(['call_recording_path']);
  const name = record.peek(['variables.record_name']) ?? record.peek(['record_name']) ?? record.peek(['call_recording_name']);
  if (name !== null) found.push({ path: folder === null ? name : `${folder.replace(/[/\\]+$/, '')}/${name}`, by: 'record_path and record_name' });
  for (const { name: where, value } of record.rest()) {
    if (where === 'app_log') {
      const data = /^(?:\d{10,}\s)?(?:record_session|record|record_fsv)\s+(.+)$/s.exec(value)?.[1];
      if (data !== undefined) found.push({ path: recordedFile(data), by: 'record_session in app_log' });
    } else if (commandNames.test(where)) {
      for (const [, path = ''] of value.matchAll(command)) found.push({ path, by: `command in ${where.replace(/^variables\./, '')}` });
    }
  }
  for (const each of pathNames) {
    const path = record.peek([`variables.${each}`]) ?? record.peek([each]);
    if (path !== null) found.push({ path, by: each });
  }
  const last = record.peek(['variables.last_app']) ?? record.peek(['last_app']);
  const argument = record.peek(['variables.last_arg']) ?? record.peek(['last_arg']);
  if (last === 'record_session' && argument !== null) found.push({ path: recordedFile(argument), by: 'last_arg' });
  const seen = new Set<string>();
  // A path with an unexpanded variable is not a path; FusionPBX once wrote `true` into recording_file.
  return found.filter(({ path }) => /\.\w{2,5}$/.test(path) && !path.includes('${') && !seen.has(path) && seen.add(path) !== undefined);
}

/** Returns the file in the arguments of `record_session` and `record`: `{options}path +limit`. A name may contain spaces. */
export function recordedFile(data: string): string {
  const bare = data.trim().replace(/^(?:\{[^}]*\}|\[[^\]]*\])+/, '');
  return /^(.*?\.\w{2,5})(?:\s|$)/s.exec(bare)?.[1] ?? bare;
}

/**
 * Returns the claims of a record: to files that it names, to files with its uuid in their names and, if there are none, to the files of the leg to which it is
 * bridged.
 */
export function recordClaims(record: JoinedRecord): readonly Claim[] {
  const named = recordedPaths(record).flatMap(({ path, by }): Claim[] => {
    const folder = pathParts(path).at(-2);
    const converted = (file: string): boolean => extension(file).toLowerCase() !== extension(path).toLowerCase();
    const other = { key: stemKey(path), by: `${by}, with another extension`, path };
    return [
      { key: nameKey(path), by, path },
      { ...other, fits: (file) => converted(file) && pathParts(file.replaceAll('!', '/')).at(-2) === folder },
      { ...other, fits: converted, strength: 'other-name' },
    ];
  });
  const leg = legOf(record);
  const own: Claim[] = leg === null ? [] : [{ key: idKey(leg), by: 'uuid in the file name' }];
  const bridged = uuidsIn(record.peek(['variables.bridge_uuid']) ?? record.peek(['bridge_uuid']) ?? record.peek(['bleg_uuid']) ?? '');
  return [...named, ...own, ...bridged.map((uuid): Claim => ({ key: idKey(uuid), by: 'bridge_uuid in the file name', strength: 'other-name' }))];
}
