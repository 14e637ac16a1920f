import { LongplayError } from '../../core/base/error.ts';
import { createHistogram, type Histogram } from '../../core/base/metric-text.ts';
import { groupOf, type RequestGroup, requestGroups } from '../accounts/routes.ts';
import type { AuditLog } from '../archive/audit-log.ts';
import type { ServedRequest } from '../http/listen.ts';

/** Classes of answers: the first digit of the status, or `none` if the client had gone before the answer. */
const answerClasses = ['1xx', '2xx', '3xx', '4xx', '5xx', 'none'] as const;
type AnswerClass = (typeof answerClasses)[number];

/**
 * Results of sign-in attempts: accepted; refused; too many attempts; failed for another reason, e.g. because the log could not be written or the browser had
 * gone.
 */
const signInEnds = ['accepted', 'refused', 'too-often', 'failed'] as const;
type SignInEnd = (typeof signInEnds)[number];

/**
 * Why a file was not served, or not completely: the reasons that the answer gives; `unreachable`: the archive is; `left-out`: of an export; `cut-off`: the
 * fault was found after the first bytes had been sent.
 */
const heldBackReasons = ['altered', 'lost', 'unreadable', 'unreachable', 'left-out', 'cut-off'] as const;
type HeldBackReason = (typeof heldBackReasons)[number];

/** Totals of the requests of one group. */
interface GroupCounts {
  readonly answers: Record<AnswerClass, number>;
  readonly seconds: Histogram;
  bytes: number;
}

/** Counters of a running server, with a fixed number of groups, classes and reasons. */
export interface ServeCounts {
  served(request: ServedRequest): void;
  heldBack(why: HeldBackReason, times?: number): void;
  /** Counts a failed answer. A file that was cut off also counts as held back. */
  failed(error: unknown): void;
  /** Wraps an audit log so that its entries are counted. */
  watching(auditLog: AuditLog): AuditLog;
  readonly groups: ReadonlyMap<RequestGroup, Readonly<GroupCounts>>;
  readonly signIns: Readonly<Record<SignInEnd, number>>;
  readonly heldBackTimes: Readonly<Record<HeldBackReason, number>>;
  readonly exports: Readonly<Record<'begun' | 'complete' | 'stopped' | 'cases', number>>;
  readonly log: Readonly<Record<'entered' | 'refused', number>>;
}

/** Bounds of the histogram in seconds, from a page in memory to a zip of 2,000 recordings. */
const secondsBounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600];

/** Creates counters at zero. */
export function createServeCounts(): ServeCounts {
  const groups = new Map<RequestGroup, GroupCounts>();
  for (const group of requestGroups) groups.set(group, { answers: zeros(answerClasses), seconds: createHistogram(secondsBounds), bytes: 0 });
  const signIns = zeros(signInEnds);
  const heldBackTimes = zeros(heldBackReasons);
  const exports = { begun: 0, complete: 0, stopped: 0, cases: 0 };
  const log = { entered: 0, refused: 0 };
  return {
    served: ({ route, status, bytes, ms }) => {
      const counts = groups.get(groupOf(route));
      if (counts === undefined) return;
      counts.answers[classOf(status)]++;
      counts.seconds.observe(ms / 1_000);
      counts.bytes += bytes;
      if (['sign-in-try', 'sign-in-openid-back', 'enter'].includes(route)) signIns[signInEndOf(status)]++;
    },
    heldBack: (why, times = 1) => {
      heldBackTimes[why] += times;
    },
    failed: (error) => {
      if (error instanceof LongplayError && (error.code === 'P171' || error.code === 'A102')) heldBackTimes['cut-off']++;
    },
    watching: (auditLog) => ({
      enter: async (entry) => {
        const refusal = await auditLog.enter(entry);
        log[refusal === null ? 'entered' : 'refused']++;
        if (refusal !== null) return refusal;
        const { type, detail } = entry;
        if (type === 'export-begun') exports.begun++;
        // The export of a case is logged only once, before it is sent.
        if (type === 'exported') exports[detail.case !== undefined ? 'cases' : detail.complete === true ? 'complete' : 'stopped']++;
        if (type === 'exported' && typeof detail.corrupt === 'number') heldBackTimes['left-out'] += detail.corrupt;
        return null;
      },
      close: () => auditLog.close(),
    }),
    groups,
    signIns,
    heldBackTimes,
    exports,
    log,
  };
}

function zeros<Name extends string>(names: readonly Name[]): Record<Name, number> {
  // Each name has exactly one member.
  return Object.fromEntries(names.map((name) => [name, 0])) as Record<Name, number>;
}

function classOf(status: number): AnswerClass {
  return answerClasses[Math.floor(status / 100) - 1] ?? 'none';
}

function signInEndOf(status: number): SignInEnd {
  // 200 is the page after a sign-in through a provider.
  if (status === 303 || status === 200) return 'accepted';
  if (status === 429) return 'too-often';
  return status === 401 || status === 403 ? 'refused' : 'failed';
}
