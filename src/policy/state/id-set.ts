/** A set of recording ids that takes 16 bytes per id: a hold may cover millions. */
export interface IdSet {
  /** Number of distinct ids. */
  size(): number;
  /** Adds an id. @throws RangeError if it is not the id of a recording */
  add(id: string): void;
  has(id: string): boolean;
  /** Yields the ids in order, in lists of at most `most`. */
  parts(most: number): Iterable<readonly string[]>;
  clear(): void;
}

const idBytes = 16;
const idPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Returns true for the id of a recording: a UUID in lower case. */
export function isRecordingId(text: unknown): text is string {
  return typeof text === 'string' && idPattern.test(text);
}

/** Creates an empty set. The set sorts itself at the first query after an addition. */
export function createIdSet(): IdSet {
  let bytes = Buffer.alloc(0);
  let count = 0;
  let isSorted = true;
  const at = (index: number): Buffer => bytes.subarray(index * idBytes, (index + 1) * idBytes);
  const settle = (): void => {
    if (isSorted) return;
    const order = Uint32Array.from({ length: count }, (_, index) => index).sort((a, b) => Buffer.compare(at(a), at(b)));
    const sorted = Buffer.alloc(count * idBytes);
    let kept = 0;
    for (const index of order) {
      const id = at(index);
      if (kept > 0 && sorted.subarray((kept - 1) * idBytes, kept * idBytes).equals(id)) continue;
      id.copy(sorted, kept++ * idBytes);
    }
    bytes = sorted;
    count = kept;
    isSorted = true;
  };
  return {
    size: () => {
      settle();
      return count;
    },
    add: (id) => {
      if (!isRecordingId(id)) throw new RangeError('not the id of a recording');
      const own = Buffer.from(id.replaceAll('-', ''), 'hex');
      if (isSorted && count > 0 && Buffer.compare(at(count - 1), own) >= 0) isSorted = false;
      if ((count + 1) * idBytes > bytes.length) {
        const grown = Buffer.alloc(Math.max(1_024, bytes.length * 2));
        bytes.copy(grown, 0, 0, count * idBytes);
        bytes = grown;
      }
      own.copy(bytes, count++ * idBytes);
    },
    has: (id) => {
      if (!isRecordingId(id)) return false;
      settle();
      const own = Buffer.from(id.replaceAll('-', ''), 'hex');
      let [low, high] = [0, count];
      while (low < high) {
        const middle = (low + high) >> 1;
        const order = Buffer.compare(at(middle), own);
        if (order === 0) return true;
        if (order < 0) low = middle + 1;
        else high = middle;
      }
      return false;
    },
    parts: function* (most) {
      settle();
      for (let start = 0; start < count; start += most)
        yield Array.from({ length: Math.min(most, count - start) }, (_, index) => idText(at(start + index)));
    },
    clear: () => {
      bytes = Buffer.alloc(0);
      count = 0;
      isSorted = true;
    },
  };
}

function idText(id: Buffer): string {
  return id.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
