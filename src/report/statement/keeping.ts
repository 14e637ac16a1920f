import { agree } from '../../core/base/agree.ts';
import { count } from '../../core/words/quantity.ts';

/**
 * Legal holds and the retention policy of an archive, as its log records them. Omits the reason and the query of a hold, which are private: a statement is
 * handed out.
 */
export interface KeepingFacts {
  readonly holds: readonly {
    /** Id of the hold: random, 12 hexadecimal digits. */
    readonly id: string;
    /** ISO time of the hold's entry. */
    readonly since: string;
    /** Number of recordings that the hold covered when it was entered. */
    readonly recordings: number;
    /** True: the hold also covers recordings that its query finds later. */
    readonly following: boolean;
    /** ISO time at which the hold ends by itself; null: it ends when it is released. */
    readonly until: string | null;
  }[];
  /** Number of holds that are over: released, or ended by themselves. */
  readonly over: number;
  /** The version of the retention policy in force; null: none. */
  readonly policy: { readonly version: number; readonly since: string } | null;
}

/** Number of holds that are listed; all are counted. */
const listed = 20;

/** Describes holds and retention in sentences. */
export function keepingLines({ holds, over, policy }: KeepingFacts): string[] {
  const inForce =
    policy === null
      ? 'No retention policy is in force.'
      : `Version ${policy.version} of the retention policy is in force since ${policy.since.slice(0, 10)}.`;
  return [
    agree`${holds.length} legal [hold is|holds are] active, ${over} [is|are] over.`,
    ...holds.slice(0, listed).map(({ id, since, recordings, following, until }) => {
      const later = following ? ', and what its query finds later' : '';
      const end = until === null ? '' : `; it ends on ${until.slice(0, 10)}`;
      return agree`Hold ${id} since ${since.slice(0, 10)}: ${recordings} recording[s]${later}${end}.`;
    }),
    ...(holds.length > listed ? [`${count(holds.length - listed)} more are in statement.json.`] : []),
    inForce,
  ];
}
