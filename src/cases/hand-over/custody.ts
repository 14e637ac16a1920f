import type { LogEntry } from '../../log/entries/log-entry.ts';
import { digestMember, whoMember } from '../../log/who/entry-details.ts';

/** Collects what the signed log says about a case. */
export interface Custody {
  /** Processes an entry of the log, in order. */
  take(entry: LogEntry): void;
  /** Collected entries in order. */
  readonly entries: readonly CustodyEntry[];
}

/** A log entry, and its object. */
export interface CustodyEntry {
  readonly seq: number;
  readonly time: string;
  readonly type: string;
  /** `archive`, the name of a bag, or the id of the case. */
  readonly about: string;
  readonly detail: LogEntry['detail'];
}

/** Types of entries about the archive as a whole, and its key. */
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

/** Selects entries about some bags and a case from the log. An export without a case names no recordings: it may have contained these, and is listed as such. */
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

/** Describes an entry. */
export function custodyWords({ type, detail }: CustodyEntry): string {
  switch (type) {
    case 'archive-created':
      return 'the archive was created, with its signing key';
    case 'bag-landed':
      return 'the bag landed: its recordings were in the archive from then on';
    case 'bag-verified':
      return `every file of the bag was read again: ${String(detail.verdict ?? '')}`;
    case 'bag-copied':
      return 'the bag was copied to another place';
    case 'bag-repaired':
      return 'damaged files of the bag were repaired from a copy';
    case 'case-messages':
      return `messages were taken into the case, from a file with SHA-256 ${String(detail.sha256 ?? '')}`;
    case 'case-changed':
      return `the case was changed (${String(detail.deed ?? '')}): ${String(detail.recordings ?? '')} recordings, ${String(detail.messages ?? '')} messages; SHA-256 of case.json ${String(detail.sha256 ?? '')}`;
    case 'exported':
      return detail.case === undefined
        ? `${String(detail.recordings ?? '')} recordings were exported`
        : `the case was exported: ${String(detail.recordings ?? '')} recordings`;
    case 'handed-over':
      return `hand-over ${String(detail.handOver ?? '')} of the case got its final name`;
    default:
      return Object.entries(detail)
        .filter(([name]) => name !== whoMember && name !== digestMember)
        .slice(0, 12)
        .map(([name, value]) => `${name}=${String(value).slice(0, 80)}`)
        .join(' ');
  }
}
