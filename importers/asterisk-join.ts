import { limits } from '../src/core/limits.ts';
import { byCodePoint } from '../src/core/order.ts';
import type { Side } from '../src/core/recording.ts';
import { baseName } from '../src/core/safe-path.ts';
import { openUnions, type Unions } from '../src/joins/unions.ts';
import type { Stage } from '../src/tables/types.ts';
import { type PlannedFile, plannedByCel } from './asterisk-cel.ts';
import { coreOf, isAudioPath, isUniqueId, namesId, parseAudioName, withoutAudioExtension } from './asterisk-names.ts';
import { type AudioFile, idOfGroup, type StagedRow, windowGroup } from './asterisk-survey.ts';

/** How surely a call claims a file: lower is surer. */
const strength = { name: 0, otherExtension: 1, id: 2, idWithin: 3, window: 4, doubtful: 5 } as const;

/** Files of one name that a row may mean; a name that is everywhere, as `msg0000.wav`, means none of them. */
const mostTwins = 8;

/** One call's claim to one file. */
interface Claim {
  readonly group: string;
  readonly strength: number;
  /** Length of the uniqueid: the longer one names the system too. */
  readonly weight: number;
  readonly side: Side | null;
  readonly by: string;
}

/** A file that a call has got, and why. */
export interface OwnedFile extends AudioFile {
  readonly side: Side | null;
  /** Every reason, sorted. */
  readonly by: readonly string[];
  /** Numbers and time agree and nothing else was there to join by. */
  readonly window: boolean;
  /** Calls that share it. */
  readonly sharers: number;
}

/** What stands in the stage of owned files: a file, or one that the call may have asked for and did not get. */
export type Ownership = OwnedFile | { readonly doubted: string };

/** A file that no call has got. `doubt`: why not, where calls may have asked for it. */
export interface OrphanFile extends AudioFile {
  readonly doubt: string | null;
}

/** Puts the claims of one call into `files`, by path. */
export function claimFiles(group: string, rows: readonly StagedRow[], audio: Stage, files: Stage): void {
  let claims = 0;
  const claim = (file: AudioFile, how: Omit<Claim, 'group'>): void => {
    claims++;
    files.put(file.path, group, { group, ...how });
  };
  for (const planned of plannedFiles(rows)) {
    // wav49 is written under the extension WAV (asterisk, main/file.c; sample).
    const base = baseName(planned.name).replace(/\.wav49$/, '.WAV');
    const exact = audioOf(audio, `name ${base}`);
    const found = exact.length > 0 ? exact : audioOf(audio, `stem ${withoutAudioExtension(base)}`);
    const by = exact.length > 0 ? planned.by : `${planned.by}, with another extension`;
    const near = closest(found, planned.name, startOf(rows));
    const sure = exact.length > 0 ? strength.name : strength.otherExtension;
    for (const file of near) claim(file, { strength: near.length > mostTwins ? strength.doubtful : sure, weight: 0, side: planned.side, by });
  }
  for (const id of idsOf(group, rows)) {
    for (const file of audioOf(audio, `id ${coreOf(id) ?? ''}`)) {
      const name = parseAudioName(file.path);
      if (!namesId(name, id)) continue;
      claim(file, {
        strength: name.uniqueid === null ? strength.idWithin : strength.id,
        weight: id.length,
        side: null,
        by: 'uniqueid in the file name',
      });
    }
  }
  if (claims > 0 || idOfGroup(group) !== null) return;
  const found = filesInWindow(rows, audio);
  for (const file of found) {
    const by = 'numbers and time (within 2 s) in the file name';
    claim(file, { strength: found.length === 1 ? strength.window : strength.doubtful, weight: 0, side: null, by });
  }
}

/** Files that the rows say were to be written: recordingfile, userfield, CEL. */
export function plannedFiles(rows: readonly StagedRow[]): PlannedFile[] {
  const planned = new Map<string, PlannedFile>();
  for (const { kind, fields } of rows) {
    const row = new Map(fields);
    const said = kind === 'cel' ? plannedByCel(row) : plannedByRow(row);
    for (const file of said) if (!planned.has(`${file.by} ${file.name}`)) planned.set(`${file.by} ${file.name}`, file);
  }
  return [...planned.values()];
}

/**
 * Decides for every file who gets it: puts it into `owned` by its call, or into `orphans`. Calls that share a file become
 * one union.
 */
export function settleClaims(files: Stage, owned: Stage, orphans: (file: OrphanFile) => void, signal: AbortSignal): Unions {
  const union = openUnions();
  for (const { group: path, values } of files.groups()) {
    signal.throwIfAborted();
    let size = 0;
    const claims: Claim[] = [];
    for (const value of values as readonly (Claim | { readonly size: number })[]) {
      // Put by `survey` and by `claimFiles`: nobody else writes here.
      if ('size' in value) size = value.size;
      else claims.push(value);
    }
    const { groups, best, doubt } = winners(claims);
    const [first] = groups;
    if (first === undefined) {
      orphans({ path, size, doubt });
      if (doubt !== null) for (const group of new Set(claims.map((claim) => claim.group))) owned.put(group, path, { doubted: path });
      continue;
    }
    const file: OwnedFile = {
      path,
      size,
      side: best.find((claim) => claim.side !== null)?.side ?? null,
      by: [...new Set(best.map((claim) => claim.by))].sort(byCodePoint),
      window: best.every((claim) => claim.strength === strength.window),
      sharers: groups.length,
    };
    owned.put(first, path, file);
    for (const other of groups.slice(1)) union.join(first, other);
  }
  return union.settled();
}

function winners(claims: readonly Claim[]): { groups: string[]; best: Claim[]; doubt: string | null } {
  const sure = claims.filter((claim) => claim.strength <= strength.id);
  const within = claims.filter((claim) => claim.strength === strength.idWithin);
  const longest = within.reduce((most, claim) => Math.max(most, claim.weight), 0);
  const best = sure.length > 0 ? sure : within.length > 0 ? within.filter((claim) => claim.weight === longest) : claims;
  const groups = [...new Set(best.map((claim) => claim.group))].sort(byCodePoint);
  const none = (doubt: string | null) => ({ groups: [], best: [], doubt });
  if (groups.length > limits.rowsPerRecording) return none(`${groups.length} calls claim it`);
  const [only] = best;
  // What is not proven by name or id joins only where one call and one file are left.
  if (only !== undefined && only.strength >= strength.window && (groups.length !== 1 || only.strength === strength.doubtful)) {
    return none(groups.length === 1 ? 'a call fits it and other files alike' : `${groups.length} calls fit it alike`);
  }
  return { groups, best: [...best], doubt: null };
}

function plannedByRow(row: ReadonlyMap<string, string>): PlannedFile[] {
  const planned: PlannedFile[] = [];
  const file = row.get('recordingfile') ?? '';
  if (file !== '') planned.push({ name: file, side: 'unknown', by: 'recordingfile', certain: true });
  // Elastix and older dial plans keep the name in userfield, as `audio:name`.
  const userfield = (row.get('userfield') ?? '').replace(/^audio:/i, '');
  if (isAudioPath(userfield) || parseAudioName(userfield).stamp !== null)
    planned.push({ name: userfield, side: 'unknown', by: 'userfield', certain: true });
  return planned;
}

function idsOf(group: string, rows: readonly StagedRow[]): string[] {
  const ids = new Set<string>();
  const own = idOfGroup(group);
  if (own !== null) ids.add(own);
  for (const { fields } of rows) for (const [name, value] of fields) if (name === 'uniqueid' && isUniqueId(value)) ids.add(value);
  return [...ids];
}

function audioOf(audio: Stage, group: string): AudioFile[] {
  return audio.get(group) as AudioFile[]; // put by `survey`
}

function startOf(rows: readonly StagedRow[]): string | null {
  for (const { fields } of rows) for (const [name, value] of fields) if (name === 'start') return value;
  return null;
}

/** Of files with one base name, those whose folders agree best with the name that was said, then with the day of the call. */
function closest(found: readonly AudioFile[], said: string, start: string | null): readonly AudioFile[] {
  if (found.length < 2) return found;
  const wanted = said.split('/').reverse().slice(1);
  const agreeing = (file: AudioFile): number => {
    const folders = file.path.split(/[!/]/).reverse().slice(1);
    const differs = wanted.findIndex((folder, index) => folders[index] !== folder);
    return differs < 0 ? wanted.length : differs;
  };
  const day = start === null ? Number.NaN : Date.parse(`${start.slice(0, 10)}T00:00:00Z`);
  const daysOff = (file: AudioFile): number => {
    const date = /(\d{4})[/-]?(\d{2})[/-]?(\d{2})[!/][^!/]*$/.exec(file.path);
    const off = date === null ? Number.NaN : Math.abs(Date.parse(`${date[1]}-${date[2]}-${date[3]}T00:00:00Z`) - day) / 86_400_000;
    // The folder of a late start is the next day's; a day further off is another call's.
    return off <= 1 ? off : 2;
  };
  return leastOf(
    leastOf(found, (file) => -agreeing(file)),
    daysOff,
  );
}

function leastOf<T>(items: readonly T[], measure: (item: T) => number): T[] {
  const measured = items.map((item) => ({ item, value: measure(item) }));
  const least = measured.reduce((low, { value }) => Math.min(low, value), Number.POSITIVE_INFINITY);
  return measured.filter(({ value }) => value === least).map(({ item }) => item);
}

/** Files whose name has the row's two numbers and a time within 2 s of its start or answer, for rows that have no uniqueid. */
function filesInWindow(rows: readonly StagedRow[], audio: Stage): AudioFile[] {
  const found = new Map<string, AudioFile>();
  for (const { kind, fields } of rows) {
    if (kind !== 'cdr') continue;
    const row = new Map(fields);
    for (const column of ['start', 'answer']) {
      const at = Date.parse(`${(row.get(column) ?? '').slice(0, 19).replace(' ', 'T')}Z`);
      if (Number.isNaN(at)) continue;
      for (const shift of [-2_000, 2_000]) {
        const group = windowGroup(row.get('dst') ?? null, row.get('src') ?? null, digitsOf(at + shift));
        for (const file of group === null ? [] : audioOf(audio, group)) {
          const digits = parseAudioName(file.path).stamp?.replace(/\D/g, '') ?? '';
          if (digits >= digitsOf(at - 2_000) && digits <= digitsOf(at + 2_000)) found.set(file.path, file);
        }
      }
    }
  }
  return [...found.values()];
}

function digitsOf(ms: number): string {
  return new Date(ms).toISOString().replace(/\D/g, '').slice(0, 14);
}
