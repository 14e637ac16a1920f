import { decodingOf } from './decoding.ts';
import type { Moment } from './log-clock.ts';
import { isSize, type LoggedStep, numberOf } from './logged-step.ts';

/** What the last verification that decodes could not try in one bag. */
interface LeftInBag {
  /** Number of recordings. */
  readonly recordings: number;
  /** Number of these of which the keyring had no secrets. */
  readonly unopened: number;
  /** Number of kept tables and amendments of which the keyring had no secrets. */
  readonly items: number;
  /** Number of recordings, kept tables and amendments whose secrets are lost for good, as two persons acknowledged; nothing can try them. */
  readonly lost: number;
}

/** What verifications that decode could not try, and no later one has tried. */
export interface LeftUntried {
  /** By bag. A bag of which nothing was left or is lost is not in it. */
  readonly bags: ReadonlyMap<string, LeftInBag>;
  /** Number of sealed items outside the bags of which the keyring had no secrets, at the last decoding of everything. */
  readonly around: number;
  /** Time of the end of the last verification that left something, milliseconds since 1970; null: no trusted time, or nothing was left. */
  readonly timeMs: number | null;
}

/** What a run that has not finished left, by bag. */
export type LeftByRun = Map<string, LeftInBag>;

/** Tracks what was left untried at one place. */
export interface LeftRegister {
  /**
   * Reads a `bag-verified` entry. What could not be tried counts from the end of the run, if the run then says how much it left: older releases did not.
   * @param run receives what the run left; undefined: the run is unknown
   */
  take(detail: LoggedStep['detail'], run: LeftByRun | undefined): void;
  /** Reads a `verification-finished` entry of a known run. */
  end(detail: LoggedStep['detail'], run: { readonly scope: 'due' | 'all'; readonly played: string; readonly left: LeftByRun }, moment: Moment): void;
  get(): Omit<LeftUntried, 'timeMs'> & { readonly at: Moment | null };
}

/** Creates a register before the first run. */
export function createLeftRegister(): LeftRegister {
  const bags = new Map<string, LeftInBag>();
  let around = 0;
  let at: Moment | null = null;
  return {
    take: (detail, run) => {
      const { bag, verdict } = detail;
      if (typeof bag !== 'string' || (verdict !== 'ok' && verdict !== 'faults') || decodingOf(detail).tried === 'none') return;
      const [untried, unopened, items] = [numberOf(detail.untried), numberOf(detail.unopened), numberOf(detail.closed)];
      const lost = numberOf(detail.acknowledged);
      if (untried + lost === 0) bags.delete(bag);
      else run?.set(bag, { recordings: Math.max(0, untried - items), unopened, items, lost });
    },
    end: (detail, { scope, played, left }, moment) => {
      if (!isSize(detail.untried) || played === 'none' || played === '') return;
      for (const [bag, one] of left) bags.set(bag, one);
      // Only a whole verification opens what is outside the bags.
      const isWhole = scope === 'all' && detail.complete === true;
      const inBags = [...left.values()].reduce((sum, { items }) => sum + items, 0);
      if (isWhole) around = Math.max(0, numberOf(detail.closed) - inBags);
      const hasLeft = [...left.values()].some(({ recordings, items }) => recordings + items > 0);
      if (hasLeft || (isWhole && around > 0)) at = moment;
    },
    get: () => ({ bags, around, at }),
  };
}
