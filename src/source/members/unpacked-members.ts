import { agree } from '../../core/base/agree.ts';
import { LongplayError } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import type { ListedFile } from '../read/open-files.ts';

/** Copies of large packed members on the scratch disk, limited in number and in total bytes. */
export interface UnpackedMembers {
  /**
   * Runs work on a copy of a member; creates the copy if needed. The copy may be deleted as soon as the work is done.
   * @throws LongplayError S150 if the member exceeds the limit for all copies.
   */
  use<T>(index: number, size: number, signal: AbortSignal, work: (file: ListedFile) => Promise<T>): Promise<T>;
  /**
   * Keeps a copy of a member until `letGo`. Waits while too many copies are kept. A caller that keeps several copies passes itself as `owner`; if all kept
   * copies are its own, it does not wait.
   * @throws LongplayError S150 if the member, or all members of its owner, exceed the limit for all copies.
   */
  keep(index: number, size: number, owner: object | null, signal: AbortSignal): Promise<ListedFile>;
  /** Releases one `keep` of an owner. */
  letGo(index: number, owner: object | null): Promise<void>;
}

/** A keeper of copies. It identifies itself as an owner if it keeps several. */
interface Keeper {
  readonly owner: object | null;
}

interface Copy {
  readonly file: Promise<ListedFile>;
  readonly size: number;
  /** Owners that keep the copy; null stands for a keeper of a single copy. */
  readonly keepers: (object | null)[];
  /** Number of `use` calls in progress. */
  users: number;
  /** True while the copy is being deleted: it still counts but cannot be used. */
  isGoing: boolean;
}

/**
 * Creates a set of copies.
 * One function: kept, used and waiting copies are one state.
 * @param make unpacks a member into at most its size in bytes
 * @param remove deletes a copy
 */
export function unpackedMembers(
  make: (index: number, signal: AbortSignal) => Promise<ListedFile>,
  remove: (file: ListedFile) => Promise<void>,
): UnpackedMembers {
  const copies = new Map<number, Copy>(); // in order of last use
  const waiting = new Set<() => void>();

  const wake = (): void => {
    for (const each of waiting) each();
    waiting.clear();
  };
  // A stopped keeper releases its copies, which wakes waiting callers, and these then notice the abort. A listener for each of hundreds of callers would be too
  // many.
  const changed = (): Promise<void> =>
    new Promise((resolve) => {
      waiting.add(resolve);
    });

  async function drop(index: number, copy: Copy): Promise<void> {
    copy.isGoing = true;
    try {
      const file = await copy.file.catch(() => null); // null if it was never created
      if (file !== null) await remove(file);
    } finally {
      copies.delete(index);
      wake();
    }
  }

  const bytesOf = (some: readonly Copy[]): number => some.reduce((sum, copy) => sum + copy.size, 0);
  const keptBy = (owner: object | null): Copy[] => [...copies.values()].filter(({ keepers }) => owner !== null && keepers.includes(owner));
  /** Returns true if one owner keeps all copies, so that no other caller can release one for it. */
  const isAlone = (owner: object | null): boolean =>
    owner !== null && [...copies.values()].every(({ keepers }) => keepers.every((one) => one === owner));

  /** Returns true if one more copy may be kept. The last place is reserved for `use`. */
  function mayKeep(owner: object | null): boolean {
    return isAlone(owner) || [...copies.values()].filter(({ keepers }) => keepers.length > 0).length < limits.unpackedMembers - 1;
  }

  function hasRoom(size: number, keeper: Keeper | null): boolean {
    if (bytesOf([...copies.values()]) + size > limits.unpackedMemberBytes) return false;
    return copies.size < limits.unpackedMembers || (keeper !== null && isAlone(keeper.owner));
  }

  /** Returns the copy of a member for a keeper or a `use`. The copy counts before it is created. */
  async function copyOf(index: number, size: number, keeper: Keeper | null, signal: AbortSignal): Promise<Copy> {
    const taken = (copy: Copy): Copy => {
      if (keeper === null) copy.users++;
      else copy.keepers.push(keeper.owner);
      copies.delete(index);
      copies.set(index, copy);
      return copy;
    };
    for (;;) {
      signal.throwIfAborted();
      if (size > limits.unpackedMemberBytes) throw tooLarge(size, keeper);
      const there = copies.get(index);
      const isFree = keeper === null || (there?.keepers.length ?? 0) > 0 || mayKeep(keeper.owner);
      if (there !== undefined && !there.isGoing && isFree) return taken(there);
      if (there === undefined && isFree && hasRoom(size, keeper)) {
        const copy: Copy = { file: make(index, signal), size, keepers: [], users: 0, isGoing: false };
        // Its users await the promise. Until then a rejection must not count as unhandled.
        copy.file.catch(() => undefined);
        return taken(copy);
      }
      const isIdle = ({ keepers, users, isGoing }: Copy): boolean => keepers.length === 0 && users === 0 && !isGoing;
      const idle = isFree ? [...copies].find(([at, copy]) => at !== index && isIdle(copy)) : undefined;
      if (idle !== undefined) await drop(...idle);
      else if (keeper !== null && keeper.owner !== null && copies.size > 0 && keptBy(keeper.owner).length === copies.size)
        throw tooLarge(size, keeper);
      else await changed();
    }
  }

  function tooLarge(size: number, keeper: Keeper | null): LongplayError {
    const own = keptBy(keeper?.owner ?? null);
    const beside = own.length === 0 ? '' : agree` beside ${bytesOf(own)} byte[s] of ${own.length} others of one recording`;
    return new LongplayError(
      'incomplete',
      'S150',
      agree`a packed member takes ${size} byte[s] on the scratch disk${beside}; the limit is ${limits.unpackedMemberBytes} at a time`,
      'unpack the container by hand and name the folder',
    );
  }

  return {
    use: async (index, size, signal, work) => {
      const copy = await copyOf(index, size, null, signal);
      try {
        return await work(await copy.file);
      } catch (error) {
        // If a copy could not be created, or disappeared during the work, the next caller creates it again.
        if (copy.keepers.length === 0 && copy.users === 1 && !copy.isGoing) await drop(index, copy);
        throw error;
      } finally {
        copy.users--;
        wake();
      }
    },
    keep: async (index, size, owner, signal) => {
      const copy = await copyOf(index, size, { owner }, signal);
      try {
        return await copy.file;
      } catch (error) {
        if (copies.get(index) === copy) copies.delete(index);
        wake();
        throw error;
      }
    },
    letGo: async (index, owner) => {
      const copy = copies.get(index);
      const at = copy?.keepers.indexOf(owner) ?? -1;
      if (copy === undefined || at === -1) return;
      copy.keepers.splice(at, 1);
      if (copy.keepers.length === 0 && copy.users === 0 && !copy.isGoing) await drop(index, copy);
      else wake();
    },
  };
}
