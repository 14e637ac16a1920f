/** What was entered of one session, so that who seeks in a recording does not fill the log. */
export interface EnteredDeeds {
  /**
   * Enters a deed where it was not within the last hour. Of several that begin at once one is entered, and all wait for it.
   * @returns null: it is in the log; else why not
   */
  once(deed: string, enter: () => Promise<string | null>): Promise<string | null>;
}

/** Deeds of one session that are remembered; what is forgotten is entered once more, never less. */
const remembered = 2_000;
const againMs = 3_600_000;

/** @param now monotonic ms */
export function createEnteredDeeds(now: () => number): EnteredDeeds {
  const entered = new Map<string, { readonly at: number; readonly done: Promise<string | null> }>();
  return {
    once: async (deed, enter) => {
      const before = entered.get(deed);
      if (before !== undefined && now() - before.at < againMs) return await before.done;
      const one = { at: now(), done: enter() };
      entered.delete(deed);
      entered.set(deed, one);
      const [oldest] = entered.keys();
      if (entered.size > remembered && oldest !== undefined) entered.delete(oldest);
      const refusal = await one.done;
      // The next one tries again.
      if (refusal !== null && entered.get(deed) === one) entered.delete(deed);
      return refusal;
    },
  };
}
