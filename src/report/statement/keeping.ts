import { agree } from '../../core/base/agree.ts';
import { count } from '../../core/words/quantity.ts';

/** Legal holds and the retention policy of an archive, as its log records them. It has no reason and no query of a hold: these are private, and a statement is handed out. */
export interface KeepingFacts {
  readonly holds: readonly {
    /** Random, 12 hexadecimal digits. */
    readonly id: string;
    /** ISO time of its entry. */
    readonly since: string;
    /** Recordings that it covered when it was entered. */
    readonly recordings: number;
    /** True: it also covers what its query finds later. */
    readonly following: boolean;
    /** ISO time at which it ends by itself; null: when it is released. */
    readonly until: string | null;
  }[];
  /** Holds that are over: released, or ended by themselves. */
  readonly over: number;
  /** The version of the retention policy in force; null: none. */
  readonly policy: { readonly version: number; readonly since: string } | null;
}

/** Holds that are listed; all are counted. */
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
