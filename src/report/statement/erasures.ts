import { counted } from '../../core/words/quantity.ts';
import { type Destruction, destructionOf, owedCopies } from '../../log/history/destructions.ts';
import type { LoggedStep } from '../../log/history/logged-step.ts';

/** Erasures of an archive, as its log records them. */
export interface ErasureAccount {
  readonly requests: number;
  readonly withdrawn: number;
  readonly executed: number;
  /** Number of executed requests whose recordings no remaining secret can open; absent: the archive is open. */
  readonly final?: number;
  /** Number of erased recordings. */
  readonly recordings: number;
  /** Number of files that were erased alone; absent: none. */
  readonly files?: number;
  /** Number of messages of cases that were erased; absent: none. */
  readonly messages?: number;
  /** Names of copies of the keyring that owe an erasure: they still open what was erased. */
  readonly owedBy: readonly string[];
  /** The earliest day, `YYYY-MM-DD`, by which a request that is still waiting is to be executed. Null: none is waiting. */
  readonly firstDue: string | null;
}

/** Summarises erasures from log entries, one by one in order. */
export function createErasureAccount(): { take(step: LoggedStep): void; account(): ErasureAccount | null } {
  const waiting = new Map<string, string>();
  const requests = new Set<string>();
  const marks = new Set<string>();
  const files = new Set<string>();
  const messages = new Set<string>();
  const destructions: Destruction[] = [];
  const counts = { withdrawn: 0, executed: 0, final: 0 };
  return {
    take: (step) => {
      const { type, detail } = step;
      const request = String(detail.request);
      if (type === 'erasure-requested') {
        if (!requests.has(request)) waiting.set(request, String(detail.due));
        requests.add(request);
      } else if (type === 'erasure-withdrawn') {
        if (waiting.delete(request)) counts.withdrawn++;
      } else if (type === 'erasure-executed') {
        if (waiting.delete(request)) counts.executed++;
      } else if (type === 'erasure-final') counts.final++;
      else if (type === 'recordings-erased' && typeof detail.marks === 'string') for (const mark of detail.marks.split(' ')) marks.add(mark);
      else if (type === 'files-erased' && typeof detail.marks === 'string') for (const mark of detail.marks.split(' ')) files.add(mark);
      else if (type === 'messages-erased' && typeof detail.marks === 'string') for (const mark of detail.marks.split(' ')) messages.add(mark);
      else if (type === 'secrets-destroyed') destructions.push(destructionOf(step));
    },
    account: () => {
      if (requests.size === 0 && marks.size === 0) return null;
      const { final, ...others } = counts;
      const owedBy = [...new Set([...owedCopies({ destructions }).values()].flat())].sort();
      const firstDue = [...waiting.values()].sort()[0] ?? null;
      return {
        requests: requests.size,
        ...others,
        ...(destructions.length > 0 ? { final } : {}),
        recordings: marks.size,
        ...(files.size > 0 ? { files: files.size } : {}),
        ...(messages.size > 0 ? { messages: messages.size } : {}),
        owedBy,
        firstDue,
      };
    },
  };
}

/**
 * Adds to an account copies of the keyring of which an older state was restored: they open what was erased, so no erasure is final.
 * @param copies names of the copies
 */
export function withOlderCopies<Account extends { readonly erasures?: ErasureAccount }>(account: Account, copies: readonly string[]): Account {
  const { erasures } = account;
  if (erasures === undefined || copies.length === 0) return account;
  const owedBy = [...new Set([...erasures.owedBy, ...copies])].sort();
  return { ...account, erasures: { ...erasures, final: 0, owedBy } };
}

/** Describes erasures in sentences. */
export function erasureLines({ requests, withdrawn, executed, final, recordings, files, messages, owedBy, firstDue }: ErasureAccount): string[] {
  const waiting = requests - withdrawn - executed;
  const done = `${counted(executed, 'request')} executed${final === undefined ? '' : `, ${final} of them final`}`;
  const parts = [
    ...(files === undefined ? [] : [counted(files, 'single file')]),
    ...(messages === undefined ? [] : [counted(messages, 'message of cases', 'messages of cases')]),
  ];
  return [
    `${[counted(recordings, 'recording'), ...parts].join(' and ')} erased; ${counted(requests, 'request')}: ${done}, ${withdrawn} withdrawn, ${waiting} waiting.`,
    ...(firstDue === null ? [] : [`The first that waits is to be executed by ${firstDue}.`]),
    ...owedBy.map((copy) => `Copy ${copy} of the keyring owes an erasure: it still opens what was erased.`),
  ];
}
