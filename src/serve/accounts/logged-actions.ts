/** Actions that one session has logged recently, so that seeking within a recording does not fill the log. */
export interface LoggedActions {
  /**
   * Logs an action unless the session has logged it within the last hour. Of several simultaneous calls, one writes the entry and all wait for it.
   * @returns null: the log has the entry; else the reason why not
   */
  once(action: string, enter: () => Promise<string | null>): Promise<string | null>;
}

/** Largest number of actions that are remembered per session. A forgotten action is logged again, so nothing goes unlogged. */
const remembered = 2_000;
const againMs = 3_600_000;

/** Creates an empty memory of logged actions. @param now monotonic ms */
export function createLoggedActions(now: () => number): LoggedActions {
  const entered = new Map<string, { readonly at: number; readonly done: Promise<string | null> }>();
  return {
    once: async (action, enter) => {
      const before = entered.get(action);
      if (before !== undefined && now() - before.at < againMs) return await before.done;
      const one = { at: now(), done: enter() };
      entered.delete(action);
      entered.set(action, one);
      const [oldest] = entered.keys();
      if (entered.size > remembered && oldest !== undefined) entered.delete(oldest);
      const refusal = await one.done;
      // After a failed entry, the next call tries again.
      if (refusal !== null && entered.get(action) === one) entered.delete(action);
      return refusal;
    },
  };
}
