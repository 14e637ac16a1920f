import { counted } from '../../core/words/quantity.ts';
import type { LogEntry } from '../../log/entries/log-entry.ts';
import { digestMember, whoMember } from '../../log/who/entry-details.ts';

/** Collects the entries of the signed log that form the chain of custody of a case. */
export interface Custody {
  /** Takes the next entry of the log. */
  take(entry: LogEntry): void;
  /** Collected entries in order. */
  readonly entries: readonly CustodyEntry[];
}

/** A log entry and its subject. */
export interface CustodyEntry {
  readonly seq: number;
  readonly time: string;
  readonly type: string;
  /** Subject of the entry: `archive`, the name of a bag, or the id of the case. */
  readonly about: string;
  readonly detail: LogEntry['detail'];
}

/** Types of entries about the archive as a whole, including its key. */
const ofArchive = new Set([
  'archive-created',
  'key-rotated',
  'key-replaced',
  'log-restarted',
  'log-shortened',
  'log-repaired',
  'checkpoint-stamped',
  'stamp-renewed',
  'log-rehashed',
]);

/**
 * Selects the log entries about given bags, about a case, and about the archive as a whole. The entry of an export without a case names no recordings; it is
 * selected, because the export may have contained recordings of the case.
 */
export function custodyOf(bags: ReadonlySet<string>, caseId: string): Custody {
  const entries: CustodyEntry[] = [];
  let landed = false;
  return {
    entries,
    take: ({ seq, time, type, detail }) => {
      const bag = typeof detail.bag === 'string' && bags.has(detail.bag) ? detail.bag : null;
      const put = (about: string): void => {
        entries.push({ seq, time, type, about, detail });
      };
      if (bag !== null) {
        landed = true;
        put(bag);
      } else if (detail.case === caseId) put(caseId);
      else if (ofArchive.has(type)) put('archive');
      else if (type === 'exported' && landed && detail.case === undefined) put('archive');
    },
  };
}

/** Describes a number in a log entry; entries of older versions may lack it. */
function loggedCount(value: unknown, noun: string): string {
  return typeof value === 'number' ? counted(value, noun) : `an unknown number of ${noun}s`;
}

/**
 * Describes an entry in a sentence, e.g. for `custody.csv`. The README.txt of a hand-over tells its reader to search these sentences for `SHA-256 of
 * case.json`.
 */
export function custodyWords({ type, detail }: CustodyEntry): string {
  switch (type) {
    case 'archive-created':
      return 'the archive and its signing key were created';
    case 'bag-landed':
      return 'the bag landed: its recordings are in the archive since then';
    case 'bag-verified':
      return `every file of the bag was read and verified: ${String(detail.verdict ?? '')}`;
    case 'bag-copied':
      return 'the bag was copied to a replica';
    case 'bag-repaired':
      return 'damaged files of the bag were repaired from another copy';
    case 'case-messages':
      return `messages were added to the case, from a file with SHA-256 ${String(detail.sha256 ?? '')}`;
    case 'case-changed':
      return `the case was changed (${String(detail.deed ?? '')}); it then had ${loggedCount(detail.recordings, 'recording')} and ${loggedCount(detail.messages, 'message')}; SHA-256 of case.json ${String(detail.sha256 ?? '')}`;
    case 'exported':
      return detail.case === undefined
        ? `recordings were exported: ${String(detail.recordings ?? '')}`
        : `the case was exported with ${loggedCount(detail.recordings, 'recording')}`;
    case 'handed-over':
      return `hand-over ${String(detail.handOver ?? '')} of the case was completed`;
    default:
      return Object.entries(detail)
        .filter(([name]) => name !== whoMember && name !== digestMember)
        .slice(0, 12)
        .map(([name, value]) => `${name}=${String(value).slice(0, 80)}`)
        .join(' ');
  }
}
