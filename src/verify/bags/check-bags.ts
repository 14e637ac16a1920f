import { makingOf } from '../../archive/bag/info.ts';
import { payloadState } from '../../archive/bag/payload-state.ts';
import type { BagFolder } from '../../archive/bag-folders.ts';
import { agree } from '../../core/base/agree.ts';
import { errorVerdict, type Verdict } from '../../core/model/verdict.ts';
import type { WorkerPool } from '../../media/workers/worker-pool.ts';
import type { KeyringLists } from '../../sealing/keyring/lists.ts';
import type { CatalogCheck } from '../../store/catalog/check-catalog.ts';
import type { BagContent } from '../../store/catalog/compare-catalog.ts';
import type { PlayLevel } from '../play/play-recording.ts';
import type { BagsWork } from './bags-work.ts';
import type { LoggedErasures } from './erased-recordings.ts';
import type { Examination } from './examinations.ts';
import { checkLandedBag, isNoFault, type LandedBagTools, type LandingWatch } from './landing-watch.ts';
import { type BagProgress, undescribedIn } from './verify-bag.ts';

/** A bag to be checked, and the extent of its check. */
export interface BagWork {
  readonly bag: BagFolder;
  readonly play: PlayLevel;
  /** `sha256`: only the SHA-256 digests of the payload are compared; everything else is checked in full. */
  readonly digests: 'sha256' | 'all';
}

/** Returns the examination of a bag by an earlier run that may be taken over; null: the bag is to be examined. */
export type ExaminedBefore = (work: BagWork) => Examination | null;

/** Results of a bag's check, in the order they occurred. */
export interface CheckedBag extends BagWork {
  readonly events: readonly (Verdict | BagProgress)[];
  /** False: its documents were not all opened, or have faults, so that it was not compared with the catalog. */
  readonly isCompared: boolean;
}

/** The facts that bags are compared with. */
export interface BagKnowledge {
  readonly pool: WorkerPool;
  /** Folder for temporary files. */
  readonly temporary?: string;
  readonly landings: LandingWatch;
  readonly catalog: CatalogCheck;
  readonly work: BagsWork;
  /** True: sealed recordings are opened with the keyring of this process. Absent: they are checked without any key. */
  readonly opens?: boolean;
  /** As in `VerifyBagTools`. */
  readonly describes?: boolean;
  /** Pages of the keyring that are lost for good, as two persons acknowledged; absent: none. */
  readonly lostPages?: ReadonlySet<string>;
  /** Lists of the keyring, which can be read without any root. */
  readonly lists?: KeyringLists;
  /** What the log says of erased recordings. */
  readonly erasures?: LoggedErasures;
  readonly examined: ExaminedBefore;
}

/** Bags in progress at once: the next one is listed and its manifests are read while the threads work on this one. */
const bagsAhead = 3;

/**
 * Checks bags one after the other, as `next` returns them. If `next` returns null, no bag is left for now; `next` is called again each time a bag in progress
 * is finished. Results come in the order of `next`.
 */
export async function* checkBags(
  next: () => BagWork | null,
  { landings, catalog, examined, work: bagsWork, ...tools }: BagKnowledge,
  signal: AbortSignal,
): AsyncGenerator<CheckedBag> {
  const running: { readonly work: BagWork; readonly checked: Promise<CheckedEvents> }[] = [];
  const withCatalog = (bag: BagFolder, events: readonly (Verdict | BagProgress)[]): CheckedEvents => {
    // A damaged document is not compared with the catalog. A sealed bag that was not opened offers nothing to compare with the catalog.
    const isOpened = events.every((event) => event.kind !== 'read' || undescribedIn(event) + (event.tablesUnread ?? 0) === 0);
    // Until an interrupted erasure is finished, the catalog has recordings whose secrets may be destroyed already.
    const isSettled = makingOf(bag.path) === null || ((tools.opens === true || tools.describes === true) && !events.some(isBeingErased));
    const isCompared = isOpened && isSettled && events.every(isNoFault);
    const isErased = (id: string): boolean => (tools.erasures?.erased(id) ?? null) !== null;
    return { events: isCompared ? [...events, ...catalogVerdicts(catalog, bag, { events, isErased })] : events, isCompared };
  };
  for (;;) {
    while (running.length < bagsAhead) {
      const work = next();
      if (work === null) break;
      const { bag, play, digests } = work;
      const count = bagsWork.bag(bag.name, bag.path, play !== 'none');
      const before = examined(work);
      const how = { ...tools, play, digests, count };
      const checked = checkExaminedBag(bag, before, how).finally(() => count.end());
      // Awaited in order below; until then a rejection must not count as unhandled.
      checked.catch(() => undefined);
      running.push({ work, checked });
    }
    const first = running.shift();
    if (first === undefined) return;
    yield { ...first.work, ...(await first.checked) };
  }

  /**
   * Checks a bag. What an earlier examination leaves to be said is said by a full one, in its words. A bag with a fault is read once more with all
   * digests, so that a run that compares fewer digests names all that `--deep` names.
   */
  async function checkExaminedBag(bag: BagFolder, before: Examination | null, how: LandedBagTools): Promise<CheckedEvents> {
    if (before !== null) {
      const checked = withCatalog(bag, await checkLandedBag(bag, landings, { ...how, examined: before }, signal));
      if (checked.events.every(({ kind }) => kind === 'read')) return checked;
    }
    const checked = withCatalog(bag, await checkLandedBag(bag, landings, how, signal));
    if (how.digests !== 'sha256' || checked.events.every(isNoFault)) return checked;
    return withCatalog(bag, await checkLandedBag(bag, landings, { ...how, digests: 'all' }, signal));
  }
}

function isBeingErased(event: Verdict | BagProgress): boolean {
  return event.kind === 'verdict' && event.code === 'E110';
}

type CheckedEvents = Pick<CheckedBag, 'events' | 'isCompared'>;

function catalogVerdicts(
  catalog: CatalogCheck,
  { name, path }: BagFolder,
  { events, isErased }: Pick<CheckedBag, 'events'> & Pick<BagContent, 'isErased'>,
): Verdict[] {
  const read = events.flatMap((event) => (event.kind === 'read' ? [event] : []));
  const taken = read.find((event) => event.taken !== undefined)?.taken;
  const content = { entries: taken ?? read.flatMap(({ entries }) => entries), state: () => payloadState(path), isErased };
  const problems = catalog.compare(name, content);
  return problems.length === 0 ? [] : [catalogVerdict(problems)];
}

/** Returns the verdict on a fault of the catalog, which is derived data. */
export function catalogVerdict([first = '', ...more]: readonly string[]): Verdict {
  const others = more.length > 0 ? agree` (and ${more.length} more fault[s])` : '';
  return errorVerdict('corrupt', 'V106', 'catalog.sqlite', `${first}${others}; no recording is lost: longplay catalog rebuild rebuilds it`);
}
