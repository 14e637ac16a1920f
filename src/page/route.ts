import type { PageQuery } from '../core/page/data.ts';
import { hashOf, type PageState, questionOf, stateOf, tidied, type ZonelessQuery } from './base/state.ts';

/** How an address replaces another: as a new entry of the browser's history, or in place of the last one. */
type Step = 'push' | 'replace';

/** What the page shows, as its address states it. */
export interface Route {
  /** Returns the state that `follow` returned last. */
  now(): PageState;
  /** Follows the address. @returns the new state */
  follow(): PageState;
  /** Returns the query of the state for the data source. */
  question(): PageQuery;
  /** Changes the address, in the page's zone. */
  go(change: Partial<Omit<PageState, 'zone'>>, step: Step): void;
  /** Searches. */
  ask(query: ZonelessQuery, step?: Step): void;
  /** Opens a recording. */
  open(id: string): void;
  /** Puts another zone into the address. */
  rezone(zone: string): void;
  /** Returns the address of the page of cases, `all` or of one; null: of the search. */
  addressOf(cases: string | null): string;
}

/** Creates the route of a page. @param zone zone in which the page shows times */
export function createRoute(zone: string): Route {
  let state = stateOf(location.hash);
  const go: Route['go'] = (change, step) => {
    const hash = hashOf({ ...state, ...change, zone });
    if (hash === hashOf(stateOf(location.hash))) return;
    if (step === 'push') location.hash = hash;
    else location.replace(hash);
  };
  return {
    now: () => state,
    follow: () => {
      state = stateOf(location.hash);
      return state;
    },
    question: () => questionOf(state.query, zone),
    go,
    ask: (query, step = 'replace') => go({ query: tidied(query) }, step),
    open: (id) => go({ call: id }, state.call === null ? 'push' : 'replace'),
    rezone: (other) => location.replace(hashOf({ ...state, zone: other })),
    addressOf: (cases) => hashOf({ ...state, zone, call: null, cases }),
  };
}
