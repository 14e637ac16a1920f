import { type DigestAlgorithm, digestAlgorithm } from './hash-file.ts';

/** What became of an entry that a manifest adds. */
export type Added = 'new' | 'same' | 'different';

/**
 * The files that the manifests of one kind list, and their digests. Compact, because bags of others may list a million: one string
 * for each path, digests as bytes side by side.
 */
export interface BagInventory {
  /** Number of listed paths; ids are [0, size). */
  readonly size: number;
  readonly manifests: readonly ManifestColumn[];
  /** Opens the column of a manifest; `name` is its file name. */
  addManifest(name: string, algorithm: string): ManifestColumn;
  /** Enters a path for a manifest; `digest` null: listed with a digest that cannot be used. `different` leaves the first digest. */
  add(column: ManifestColumn, path: string, digest: string | null): Added;
  /** Id of a path, or null where no manifest lists it. */
  idOf(path: string): number | null;
  pathOf(id: number): string;
}

/** One manifest's digests. */
export interface ManifestColumn {
  readonly name: string;
  /** As the file name has it. */
  readonly algorithmName: string;
  /** Null where this machine cannot compute it; its entries count for completeness alone. */
  readonly algorithm: DigestAlgorithm | null;
  lists(id: number): boolean;
  /** True where it lists a digest for the file that can be compared. */
  hasDigest(id: number): boolean;
  /** Lower-case hexadecimal, or null where it lists no usable digest for the file. */
  digestOf(id: number): string | null;
}

interface Column extends ManifestColumn {
  put(id: number, digest: string | null): Added;
}

/** An empty inventory. */
export function createInventory(): BagInventory {
  const ids = new Map<string, number>();
  const paths: string[] = [];
  const columns: Column[] = [];
  return {
    get size() {
      return paths.length;
    },
    manifests: columns,
    addManifest: (name, algorithmName) => {
      const column = createColumn(name, algorithmName);
      columns.push(column);
      return column;
    },
    add: (column, path, digest) => {
      const own = columns.find((one) => one === column);
      if (own === undefined) throw new Error(`${column.name} is no manifest of this inventory`);
      let id = ids.get(path);
      if (id === undefined) {
        id = paths.length;
        // A path is a slice of a batch of text that would stay in memory with it; this makes it a string of its own.
        const copy = Buffer.from(path, 'utf8').toString('utf8');
        ids.set(copy, id);
        paths.push(copy);
      }
      return own.put(id, digest);
    },
    idOf: (path) => ids.get(path) ?? null,
    pathOf: (id) => {
      const path = paths[id];
      if (path === undefined) throw new RangeError(`no path ${id}`);
      return path;
    },
  };
}

/** States of an entry in a column. */
const absent = 0;
const withDigest = 1;
const withoutDigest = 2;

function createColumn(name: string, algorithmName: string): Column {
  const algorithm = digestAlgorithm(algorithmName);
  const width = (algorithm?.hexDigits ?? 0) / 2;
  let states = new Uint8Array(1024);
  let digests = Buffer.alloc(1024 * width);
  const grow = (id: number): void => {
    if (id < states.length) return;
    const length = Math.max(id + 1, states.length * 2);
    const wider = new Uint8Array(length);
    wider.set(states);
    states = wider;
    const more = Buffer.alloc(length * width);
    digests.copy(more);
    digests = more;
  };
  const digestOf = (id: number): string | null =>
    states[id] === withDigest && width > 0 ? digests.toString('hex', id * width, (id + 1) * width) : null;
  return {
    name,
    algorithmName,
    algorithm,
    lists: (id) => (states[id] ?? absent) !== absent,
    hasDigest: (id) => states[id] === withDigest && width > 0,
    digestOf,
    put: (id, digest) => {
      grow(id);
      if (states[id] !== absent) return digestOf(id) === digest ? 'same' : 'different';
      states[id] = digest === null || width === 0 ? withoutDigest : withDigest;
      if (digest !== null && width > 0) digests.write(digest, id * width, width, 'hex');
      return 'new';
    },
  };
}
