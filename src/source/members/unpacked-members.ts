import { LongplayError } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import type { ListedFile } from '../read/open-files.ts';

/** Copies of large packed members on the scratch disk: few at once, and never more bytes than are allowed. */
export interface UnpackedMembers {
  /**
   * Works on a member's copy, which is made where there is none. The copy may be deleted as soon as the work is done.
   * @throws LongplayError S150 where the member is larger than all copies may be.
   */
  use<T>(index: number, size: number, signal: AbortSignal, work: (file: ListedFile) => Promise<T>): Promise<T>;
  /**
   * Keeps a member's copy until `letGo`. Waits while too many are kept. Whoever keeps several names itself as `owner`: where all that
   * is kept is its own, it waits for nobody.
   * @throws LongplayError S150 where the member, or all members of its owner, are larger than all copies may be.
   */
  keep(index: number, size: number, owner: object | null, signal: AbortSignal): Promise<ListedFile>;
  /** Gives back one `keep` of that owner. */
  letGo(index: number, owner: object | null): Promise<void>;
}

/** Somebody who keeps copies; an owner names itself where it keeps several. */
interface Keeper {
  readonly owner: object | null;
}

interface Copy {
  readonly file: Promise<ListedFile>;
  readonly size: number;
  /** Owners that keep it; null: somebody who keeps nothing else. */
  readonly keepers: (object | null)[];
  /** Works under way. */
  users: number;
  /** It is being deleted: it still takes its place, and serves nobody. */
  isGoing: boolean;
}

/**
 * @param make unpacks a member; never more bytes than its size. @param remove deletes a copy.
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
  // Whoever keeps a copy gives it back when it is stopped, so a waiting one notices an abort then: hundreds may wait, each with a listener would be too many.
  const changed = (): Promise<void> =>
    new Promise((resolve) => {
      waiting.add(resolve);
    });

  async function drop(index: number, copy: Copy): Promise<void> {
    copy.isGoing = true;
    try {
      const file = await copy.file.catch(() => null); // never made: nothing is there
      if (file !== null) await remove(file);
    } finally {
      copies.delete(index);
      wake();
    }
  }

  const bytesOf = (some: readonly Copy[]): number => some.reduce((sum, copy) => sum + copy.size, 0);
  const keptBy = (owner: object | null): Copy[] => [...copies.values()].filter(({ keepers }) => owner !== null && keepers.includes(owner));
  /** Whether all that is kept is one owner's: nobody else can give anything back to it. */
  const isAlone = (owner: object | null): boolean =>
    owner !== null && [...copies.values()].every(({ keepers }) => keepers.every((one) => one === owner));

  /** Whether one more may be kept: the last place is for those that are only worked on. */
  function mayKeep(owner: object | null): boolean {
    return isAlone(owner) || [...copies.values()].filter(({ keepers }) => keepers.length > 0).length < limits.unpackedMembers - 1;
  }

  function hasRoom(size: number, keeper: Keeper | null): boolean {
    if (bytesOf([...copies.values()]) + size > limits.unpackedMemberBytes) return false;
    return copies.size < limits.unpackedMembers || (keeper !== null && isAlone(keeper.owner));
  }

  /** The copy of a member, taken for its keeper or for one work, with a place in the count before it is made. */
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
        // Awaited by its users; until then a failure must not count as unhandled.
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
    const beside = own.length === 0 ? '' : ` beside ${bytesOf(own)} bytes of ${own.length} others of one recording`;
    return new LongplayError(
      'incomplete',
      'S150',
      `a packed member takes ${size} bytes on the scratch disk${beside}; ${limits.unpackedMemberBytes} may be unpacked there at once`,
      'unpack the container by hand and name the folder',
    );
  }

  return {
    use: async (index, size, signal, work) => {
      const copy = await copyOf(index, size, null, signal);
      try {
        return await work(await copy.file);
      } catch (error) {
        // One that could not be made, or went away under the work, is made again by the next.
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
