import type { Stage } from '../../../src/tables/text/types.ts';
import type { StagedRecord } from '../records/records.ts';

/** Store of records on disk, in groups that are read one at a time, like `Stage`. */
export interface RecordStage {
  put(group: string, order: string, record: StagedRecord): void;
  groups(): Iterable<{ readonly group: string; readonly values: readonly StagedRecord[] }>;
  get(group: string): readonly StagedRecord[];
  hasGroup(beginning: string): boolean;
  readonly size: number;
}

/** Largest number of lists of names kept in memory; further records are staged with their names. */
const mostLists = 256;
/** Largest number of names in a list that is kept. */
const mostNames = 512;

type Place = readonly [shape: number, path: string, table: string];
type More = Pick<StagedRecord, 'value' | 'sha256' | 'unreadable' | 'part' | 'link' | 'order'>;
/**
 * A staged record. Nearly all records of a table have the same place and names as the record before: memory keeps both, and the record stores their numbers.
 */
type Packed = readonly [
  place: number | Place,
  names: number | readonly string[],
  number: number,
  raw: string | null,
  cells: readonly string[],
  more?: More,
];

/** Returns a function that opens stages for the records of one import. @param open opens an empty stage, which the caller closes */
export function recordStages(open: () => Stage): () => RecordStage {
  const [places, names] = [openPlaces(), openNames()];
  const pack = (record: StagedRecord): Packed => {
    const { number, raw, pairs, value, sha256, unreadable, part, link, order } = record;
    const cells = pairs.map(([, cell]) => cell);
    const at = places.of(record);
    const list = names.of(pairs);
    // Most records are rows, which have no further members.
    if (value === null && sha256 === null && (unreadable ?? part ?? link ?? order) === undefined) return [at, list, number, raw, cells];
    // JSON omits members that are undefined.
    return [at, list, number, raw, cells, { value, sha256, unreadable, part, link, order } as More];
  };
  const unpack = (value: unknown): StagedRecord => {
    const packed = value as Packed; // Put by `put`.
    return new UnpackedRecord(packed, places.at(packed[0]), names.at(packed[1]));
  };
  return () => {
    const stage = open();
    return {
      put: (group, order, record) => stage.put(group, order, record instanceof UnpackedRecord ? record.packed : pack(record)),
      groups: function* () {
        for (const { group, values } of stage.groups()) yield { group, values: values.map(unpack) };
      },
      get: (group) => stage.get(group).map(unpack),
      hasGroup: stage.hasGroup,
      get size() {
        return stage.size;
      },
    };
  };
}

/** A record read from a stage; its pairs are created on request. */
class UnpackedRecord implements StagedRecord {
  readonly packed: Packed;
  readonly shape: number;
  readonly path: string;
  readonly table: string;
  readonly number: number;
  readonly raw: string | null;
  readonly value: unknown;
  readonly sha256: string | null;
  readonly names: readonly string[];
  readonly cells: readonly string[];
  #pairs: StagedRecord['pairs'] | null = null;

  constructor(packed: Packed, [shape, path, table]: Place, names: readonly string[]) {
    this.packed = packed;
    this.shape = shape;
    this.path = path;
    this.table = table;
    this.number = packed[2];
    this.raw = packed[3];
    this.value = packed[5]?.value ?? null;
    this.sha256 = packed[5]?.sha256 ?? null;
    this.names = names;
    this.cells = packed[4];
  }

  get pairs(): StagedRecord['pairs'] {
    this.#pairs ??= this.cells.map((cell, index) => [this.names[index] ?? '', cell]);
    return this.#pairs;
  }

  get unreadable(): true | undefined {
    return this.packed[5]?.unreadable;
  }

  get part(): number | undefined {
    return this.packed[5]?.part;
  }

  get link(): number | undefined {
    return this.packed[5]?.link;
  }

  get order(): string | undefined {
    return this.packed[5]?.order;
  }
}

/**
 * Opens the list of the places of records. There may be a million documents, each with a place of its own; tables are few, and their records follow each other.
 */
function openPlaces() {
  const known: Place[] = [];
  const numbers = new Map<string, number>();
  let last = -1;
  return {
    of: ({ shape, path, table, number }: StagedRecord): number | Place => {
      if (number === 0) return [shape, path, table];
      const before = known[last];
      if (before !== undefined && before[0] === shape && before[1] === path && before[2] === table) return last;
      const text = JSON.stringify([shape, path, table]);
      last = numbers.get(text) ?? known.push([shape, path, table]) - 1;
      numbers.set(text, last);
      return last;
    },
    at: (place: number | Place): Place => (typeof place === 'number' ? (known[place] ?? [-1, '', '']) : place),
  };
}

/** Opens the list of lists of names, each stored once. */
function openNames() {
  const known: (readonly string[])[] = [];
  const numbers = new Map<string, number>();
  let last = -1;
  return {
    of: (pairs: StagedRecord['pairs']): number | readonly string[] => {
      const before = known[last];
      if (before !== undefined && before.length === pairs.length && pairs.every(([name], index) => name === before[index])) return last;
      const names = pairs.map(([name]) => name);
      if (names.length > mostNames) return names;
      const text = JSON.stringify(names);
      const number = numbers.get(text);
      if (number === undefined && known.length >= mostLists) return names;
      last = number ?? known.push(names) - 1;
      numbers.set(text, last);
      return last;
    },
    at: (list: number | readonly string[]): readonly string[] => (typeof list === 'number' ? (known[list] ?? []) : list),
  };
}
