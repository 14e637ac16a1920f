import { baseName } from '../../src/core/base/safe-path.ts';
import type { JoinedRecord } from '../engine/records/call.ts';
import type { Claim } from '../engine/records/claim.ts';
import { idKey, nameKey, stemKey } from '../engine/records/keys.ts';
import { type PlannedFile, plannedByCel } from './cel.ts';
import { coreOf, isUniqueId, namesId, parseAudioName, withoutExtension } from './names.ts';

/** Largest difference between a call's start or answer and the time in its file's name, if only numbers and times can join them (guess). */
const windowMs = 2_000;
const dayMs = 86_400_000;
/** Matches a folder `2026/11/24`, `2026-11-24` or `20261124` that holds the file. */
const dayFolder = /(\d{4})[/-]?(\d{2})[/-]?(\d{2})[!/][^!/]*$/;

/** Returns the keys of a file besides its name: the uniqueid in the name, and its two numbers with the minute. */
export function fileKeys(path: string): readonly string[] {
  const { idCore, destination, source, stamp } = parseAudioName(path);
  const window = windowKey(destination, source, stamp?.replace(/\D/g, '') ?? '');
  return [...(idCore === null ? [] : [idKey(idCore)]), ...(window === null ? [] : [window])];
}

/** Returns the keys of a file by its name and the day of its folder. */
export function narrowKeys(path: string): readonly string[] {
  const { base } = parseAudioName(path);
  const day = dayOfFolder(path);
  return day === null ? [] : [onDay(nameKey(base), day), onDay(stemKey(base), day)];
}

/**
 * Returns claims to the files of a call: files that its rows and events name, and files with the uniqueid of one of its legs in their names; for rows without
 * any id, files whose names have the row's numbers and time. All claims by name or id are equally strong: calls with a file in common are one conference.
 * @param key key of the rows; null if they have no id
 * @param isAudio returns true for a name in `userfield` that is a file
 */
export function claimsOf(key: string | null, records: readonly JoinedRecord[], isAudio: (name: string) => boolean): readonly Claim[] {
  const start = startOf(records);
  const claims = plannedFiles(records, isAudio).map((planned) => plannedClaim(planned, start));
  for (const id of idsOf(key, records)) {
    claims.push({
      key: idKey(coreOf(id) ?? ''),
      by: 'uniqueid in the file name',
      fits: (path) => namesId(parseAudioName(path), id),
      // In names without the grammar of FreePBX, the id of one system may end in the id of another: the longer one includes the system's name.
      weight: (path) => (parseAudioName(path).uniqueid === null ? id.length : Number.POSITIVE_INFINITY),
    });
  }
  return key === null ? [...claims, ...windowClaims(records)] : claims;
}

/** Returns the files that were to be written according to the rows: recordingfile, userfield, CEL. */
export function plannedFiles(records: readonly JoinedRecord[], isAudio: (name: string) => boolean): readonly PlannedFile[] {
  const planned = new Map<string, PlannedFile>();
  for (const { shape, pairs } of records) {
    // Nearly all events are of another type.
    if (shape === 'cel' && !pairs.some(([, value]) => value === 'APP_START')) continue;
    const row = new Map(pairs);
    const said = shape === 'cel' ? plannedByCel(row) : plannedByRow(row, isAudio);
    for (const file of said) if (!planned.has(`${file.by} ${file.name}`)) planned.set(`${file.by} ${file.name}`, file);
  }
  return [...planned.values()];
}

/**
 * Claims a file by its name or, failing that, a file whose name differs only in the extension, as after a conversion. If several match, claims the one in the
 * stated folder, then the one in the folder of the call's day.
 */
function plannedClaim({ name, by, side }: PlannedFile, start: string | null): Claim {
  // wav49 is written with the extension WAV (asterisk, main/file.c; sample).
  const path = name.replace(/\.wav49$/, '.WAV');
  const base = baseName(path);
  const day = start === null ? Number.NaN : Date.parse(`${start.slice(0, 10)}T00:00:00Z`);
  const near = (): string[] => (Number.isNaN(day) ? [] : [0, dayMs, -dayMs].map((off) => new Date(day + off).toISOString().slice(0, 10)));
  const narrower = (key: string): string[] => near().map((each) => onDay(key, each));
  const common = { side, optional: true, all: true, ...(Number.isNaN(day) ? {} : { distance: (file: string) => daysOff(file, day) }) } as const;
  const key = nameKey(path);
  // Most claims find their file at once: the remaining members are computed only on request.
  return {
    ...common,
    key,
    path,
    by,
    get narrower() {
      return narrower(key);
    },
    get otherwise() {
      const other = `${path.slice(0, path.length - base.length)}${withoutExtension(base)}.any`;
      return { ...common, key: stemKey(other), path: other, by: `${by}, with another extension`, narrower: narrower(stemKey(other)) };
    },
  };
}

function plannedByRow(row: ReadonlyMap<string, string>, isAudio: (name: string) => boolean): PlannedFile[] {
  const planned: PlannedFile[] = [];
  const file = row.get('recordingfile') ?? '';
  if (file !== '') planned.push({ name: file, side: 'unknown', by: 'recordingfile', certain: true });
  // Elastix and older dial plans keep the name in userfield, as `audio:name`.
  const said = row.get('userfield') ?? '';
  const name = said.replace(/^audio:/i, '');
  if (name !== '' && (name !== said || isAudio(name) || parseAudioName(name).stamp !== null))
    planned.push({ name, side: 'unknown', by: 'userfield', certain: true });
  return planned;
}

function idsOf(key: string | null, records: readonly JoinedRecord[]): ReadonlySet<string> {
  const ids = new Set(key === null ? [] : [key]);
  for (const { pairs } of records) for (const [name, value] of pairs) if (name === 'uniqueid' && !ids.has(value) && isUniqueId(value)) ids.add(value);
  return ids;
}

function startOf(records: readonly JoinedRecord[]): string | null {
  for (const { pairs } of records) for (const [name, value] of pairs) if (name === 'start') return value;
  return null;
}

/**
 * Returns the number of days between a call and the folder of a file; 2 if the folder belongs to another call or is unknown. A call that starts late may lie in
 * the next day's folder.
 */
function daysOff(path: string, day: number): number {
  const folder = dayOfFolder(path);
  const off = folder === null ? Number.NaN : Math.abs(Date.parse(`${folder}T00:00:00Z`) - day) / dayMs;
  return off <= 1 ? off : 2;
}

function dayOfFolder(path: string): string | null {
  const [, year, month, day] = dayFolder.exec(path) ?? [];
  return day === undefined ? null : `${year}-${month}-${day}`;
}

function onDay(key: string, day: string): string {
  return `${key} on ${day}`;
}

/** Returns claims to files whose name has the row's two numbers and a time within 2 s of its start or answer. */
function windowClaims(records: readonly JoinedRecord[]): readonly Claim[] {
  const keys = new Set<string>();
  const times: number[] = [];
  for (const { shape, pairs } of records) {
    if (shape === 'cel') continue;
    const row = new Map(pairs);
    for (const column of ['start', 'answer']) {
      const at = Date.parse(`${(row.get(column) ?? '').slice(0, 19).replace(' ', 'T')}Z`);
      if (Number.isNaN(at)) continue;
      times.push(at);
      for (const shift of [-windowMs, windowMs]) {
        const key = windowKey(row.get('dst') ?? null, row.get('src') ?? null, digitsOf(at + shift));
        if (key !== null) keys.add(key);
      }
    }
  }
  if (keys.size === 0) return [];
  const fits = (path: string): boolean => {
    const digits = parseAudioName(path).stamp?.replace(/\D/g, '') ?? '';
    return times.some((at) => digits >= digitsOf(at - windowMs) && digits <= digitsOf(at + windowMs));
  };
  return [{ key: [...keys], by: 'numbers and time (within 2 s) in the file name', strength: 'window', fits }];
}

/** Returns the key of files between two numbers in one minute. @param digits time as `YYYYMMDDHHmmss` */
function windowKey(destination: string | null, source: string | null, digits: string): string | null {
  return destination === null || source === null || digits.length !== 14 ? null : `window ${destination} ${source} ${digits.slice(0, 12)}`;
}

function digitsOf(ms: number): string {
  return new Date(ms).toISOString().replace(/\D/g, '').slice(0, 14);
}
