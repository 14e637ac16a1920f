import { byCodePoint } from '../../../src/core/base/order.ts';
import { baseName, extension, foldedName } from '../../../src/core/base/safe-path.ts';
import type { Entry } from '../../../src/core/model/source.ts';
import { pathParts } from '../../engine/records/keys.ts';
import { entryParts } from '../read/claims.ts';
import { compileNameTemplate } from '../read/template.ts';
import { timeInName } from './guess-name-time.ts';
import { guessDirections } from './guess-values.ts';
import { readHeading } from './header-words.ts';
import type { Look } from './look.ts';

/** Smallest share of different values in a column of ids, in percent: a call may have several rows for its legs. */
const differing = 30;
/** Largest number of names of audio files that are compared with a table's values. */
const namesMax = 1_000;

/** How the rows of a table appear to refer to their audio. */
export type JoinGuess =
  | {
      readonly by: 'file';
      readonly column: string;
      readonly match: 'path' | 'name' | 'stem';
      readonly ignoreCase: boolean;
      readonly fitting: number;
      readonly of: number;
    }
  | {
      readonly by: 'fields';
      readonly column: string;
      readonly template: string;
      readonly fitting: number;
      readonly of: number;
      /** Number of rows whose value occurs in another row as well. */
      readonly repeated: number;
    };

/** An audio file that belongs to a row by a guessed join. */
export interface RowFile {
  readonly row: number;
  /** Size in bytes. */
  readonly size: number;
  /** The time in the file's name in epoch ms, read as if it were UTC; null if there is none. */
  readonly namedMs: number | null;
  /** The stored time of its last change; null if none is stored. */
  readonly modifiedMs: number | null;
}

/** Counts, entry by entry, the values of a table that are names of audio files. */
export interface JoinSearch {
  see(entry: Entry): void;
  /** Returns the likeliest join; null if no column names the audio. */
  guess(): JoinGuess | null;
  /** Returns the files that belong to rows by a join. */
  filesOf(join: JoinGuess | null): readonly RowFile[];
}

/** A value of the table, and how it was found among the names. */
interface SoughtValue {
  /** The whole value. */
  readonly value: string;
  /** Last part of the value, if it is a path. */
  readonly name: string;
  readonly parts: readonly string[];
  /** True if the folders agree as well. */
  path: boolean;
  exact: boolean;
  folded: boolean;
  stem: boolean;
  entry: Entry | null;
}

/** Searches among the names of audio files for the values in the first rows of a table. */
export function searchJoin(look: Look): JoinSearch {
  /** Values by the form under which a name is looked up: base name or stem, in lower case. */
  const sought = new Map<string, SoughtValue[]>();
  const byColumn = new Map<string, SoughtValue[]>();
  for (const column of look.names) {
    for (const value of new Set(look.rows.map((row) => row.get(column)?.trim() ?? ''))) {
      const name = value.split(/[/\\!]/).at(-1) ?? '';
      if (name.length < 3) continue;
      const one: SoughtValue = { value, name, parts: pathParts(value), path: false, exact: false, folded: false, stem: false, entry: null };
      for (const form of new Set([foldedName(name), foldedName(stemOf(name))])) append(sought, form, one);
      append(byColumn, column, one);
    }
  }
  const names: string[] = [];
  const entries = new Map<string, Entry>();
  return {
    see: (entry) => {
      const { path } = entry;
      const name = baseName(path);
      if (names.length < namesMax) {
        names.push(name);
        entries.set(name, entry);
      }
      for (const form of new Set([foldedName(name), foldedName(stemOf(name))])) {
        for (const one of sought.get(form) ?? []) {
          const value = one.name.normalize('NFC');
          one.entry ??= entry;
          if (value === name.normalize('NFC')) {
            one.exact = true;
            one.path ||= oneEndsInOther(one.parts, entryParts(path));
          } else if (foldedName(value) === foldedName(name)) one.folded = true;
          else if (value === stemOf(name).normalize('NFC') || stemOf(value) === stemOf(name)) one.stem = true;
        }
      }
    },
    guess: () => {
      let best: { readonly merit: number; readonly join: JoinGuess } | null = null;
      for (const [column, all] of byColumn) {
        const exact = all.filter((one) => one.exact).length;
        const folded = all.filter((one) => one.exact || one.folded).length;
        const stem = all.filter((one) => one.exact || one.stem).length;
        const fitting = Math.max(exact, folded, stem);
        const byStem = stem > folded;
        const byPath = all.filter((one) => one.path).length * 2 >= exact;
        // Among columns that match equally often, the one with the whole name wins.
        const merit = fitting * 4 + (byStem ? 0 : folded > exact ? 1 : 2);
        if (fitting === 0 || merit <= (best?.merit ?? 0)) continue;
        best = {
          merit,
          join: {
            by: 'file',
            column,
            match: byStem ? 'stem' : byPath ? 'path' : 'name',
            ignoreCase: !byStem && folded > exact,
            fitting,
            of: all.length,
          },
        };
      }
      return best?.join ?? guessWithin(look, names);
    },
    filesOf: (join) => {
      if (join === null) return [];
      const found = join.by === 'file' ? filesByValue(byColumn.get(join.column) ?? []) : filesByField(join, entries);
      return look.rows.flatMap((row, index): RowFile[] => {
        const entry = found.get(row.get(join.column)?.trim() ?? '');
        return entry === undefined ? [] : [{ row: index, size: entry.size, namedMs: timeInName(baseName(entry.path)), modifiedMs: entry.modifiedMs }];
      });
    },
  };
}

function filesByValue(values: readonly SoughtValue[]): ReadonlyMap<string, Entry> {
  return new Map(
    values.flatMap(({ value, entry, exact, folded, stem }) => (entry !== null && (exact || folded || stem) ? [[value, entry] as const] : [])),
  );
}

function filesByField({ template }: Extract<JoinGuess, { by: 'fields' }>, entries: ReadonlyMap<string, Entry>): ReadonlyMap<string, Entry> {
  const compiled = compileNameTemplate([template]);
  return new Map(
    [...entries].flatMap(([name, entry]) => {
      const id = compiled.match(name)?.values.find(([field]) => field === 'id')?.[1];
      return id === undefined ? [] : [[id, entry] as const];
    }),
  );
}

/** Returns a join by an id inside the names: the same column, between the same separators, in most names; null if there is none. */
function guessWithin(look: Look, names: readonly string[]): JoinGuess | null {
  let best: Extract<JoinGuess, { by: 'fields' }> | null = null;
  for (const column of look.names.filter((name) => !isParticipant(name))) {
    const given = look.rows.map((row) => row.get(column)?.trim() ?? '').filter((value) => /^[\w.-]{4,64}$/.test(value));
    const values = new Set(given);
    // Values that many rows share, and words like `inbound`, do not distinguish calls.
    if (values.size < 2 || values.size * 100 < given.length * differing || guessDirections(given).open.length === 0) continue;
    const templates = new Map<string, number>();
    for (const name of names) {
      const stem = stemOf(name);
      const parts = stem.split(/([_\s()[\]~+=@,;#]|-+)/);
      const at = parts.findIndex((part) => values.has(part));
      if (at < 0) continue;
      const template = `${at === 0 ? '' : `{before}${literal(parts[at - 1] ?? '')}`}{id}${at === parts.length - 1 ? '' : `${literal(parts[at + 1] ?? '')}{after}`}${literal(extension(name))}`;
      templates.set(template, (templates.get(template) ?? 0) + 1);
    }
    for (const [template] of [...templates].sort((a, b) => b[1] - a[1] || byCodePoint(a[0], b[0])).slice(0, 3)) {
      const compiled = compileNameTemplate([template]);
      const found = new Set(
        names.flatMap((name) => compiled.match(name)?.values.find(([field]) => field === 'id')?.[1] ?? []).filter((id) => values.has(id)),
      );
      if (found.size > (best?.fitting ?? 0))
        best = { by: 'fields', column, template, fitting: found.size, of: values.size, repeated: given.length - values.size };
    }
  }
  return best;
}

const participants = ['caller', 'callee', 'from', 'to', 'source', 'target', 'phone', 'agent', 'customer'] as const;

/** Returns true if a heading says that the values are telephone numbers or persons: several calls may have the same one. */
export function isParticipant(name: string): boolean {
  const { concepts } = readHeading(name);
  return !concepts.has('file') && !(concepts.has('call') && concepts.has('id')) && participants.some((each) => concepts.has(each));
}

function oneEndsInOther(a: readonly string[], b: readonly string[]): boolean {
  const shorter = Math.min(a.length, b.length);
  return a.slice(-shorter).join('/') === b.slice(-shorter).join('/');
}

function stemOf(name: string): string {
  return name.slice(0, name.length - extension(name).length);
}

function literal(text: string): string {
  return text.replaceAll('{', '{{').replaceAll('}', '}}');
}

function append<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
