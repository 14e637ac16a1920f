import { systemCode } from '../../core/base/error.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import type { LogEntry } from '../entries/log-entry.ts';
import { bundleOf, type DetailLines, detailsFile, digestMember, loginOf, readDetailLines } from './entry-details.ts';
import { covers, erasesLine, type Forgetting, forgettingOf, type SharedLine, type Subject, shareLine, subjectOf } from './forgetting.ts';
import { noteAdded, noteWithdrawn } from './notes.ts';

/** Compares the details beside entries with the digests in the log. */
export interface DetailsCheck {
  /** Takes each entry of the log, in order. */
  take(entry: LogEntry): Promise<void>;
  /** Numbers of the entries so far whose details are not there as they were entered, though no entry says that they were erased. */
  gone(): readonly number[];
  /** After the last entry: L124 altered, L125 missing, L126 not readable, L129 erased by the log's word and there; one of each for a file. */
  findings(): Finding[];
}

/** An entry whose details are not there. */
interface Gone {
  readonly seq: number;
  /** Few objects, held by many. */
  readonly subject: Subject;
}

/**
 * Reads each file of details once; what is erased on purpose is known only behind the entry, so that is judged at the end.
 * One function: what is erased is known only at the end, so both steps share what was read.
 */
export function createDetailsCheck(dir: string): DetailsCheck {
  let gone: Gone[] = [];
  const subjects = new Map<string, Subject>();
  const forgettings: Forgetting[] = [];
  /** Of each bundle and of each group of persons the line that is there and that a forgetting covers first: few, whatever the number of entries. */
  const there: SharedLine[] = [];
  /** Bundles whose files hold lines that are none of their entries', or cannot be read. */
  const strange = new Set<number>();
  const unreadable = new Map<number, string>();
  /** Bundles whose files have lines without a character. */
  const empty = new Set<number>();
  let now: {
    readonly bundle: number;
    readonly lines: DetailLines | null;
    readonly unused: Set<string>;
    readonly used: Map<string, SharedLine & { readonly isOfNote: boolean }>;
  } | null = null;
  const close = (): void => {
    if (now === null) return;
    if (now.unused.size > 0) strange.add(now.bundle);
    const first = new Map<string, SharedLine>();
    for (const line of now.used.values()) {
      // A note can be erased by itself, so that the first line of a person does not stand for it. Nor does it for lines in which another login name gave that of `--as`: these are erased
      // with the login name, and others of the same person stay.
      const key = line.isOfNote ? `${line.fromSeq}` : `${keyOf(line.subject)} ${line.login}`;
      if (line.toSeq < (first.get(key)?.toSeq ?? Number.POSITIVE_INFINITY)) first.set(key, line);
    }
    there.push(...first.values());
  };
  return {
    take: async (entry) => {
      const forgetting = forgettingOf(entry);
      if (forgetting !== null) {
        forgettings.push(forgetting);
        gone = gone.filter(({ seq, subject }) => !covers(forgetting, seq, subject));
      }
      const digest = entry.detail[digestMember];
      if (typeof digest !== 'string') return;
      const bundle = bundleOf(entry.seq);
      if (now?.bundle !== bundle) {
        close();
        const lines = await readDetailLines(dir, bundle, () => empty.add(bundle)).catch((error: unknown) => {
          const code = systemCode(error);
          if (code === null) throw error;
          unreadable.set(bundle, code);
          return null;
        });
        now = { bundle, lines, unused: new Set(lines?.keys()), used: new Map() };
      }
      now.unused.delete(digest);
      if (unreadable.has(bundle)) return;
      const own = subjectOf(entry);
      const subject = subjects.get(keyOf(own)) ?? own;
      subjects.set(keyOf(own), subject);
      const bytes = now.lines?.get(digest);
      if (bytes !== undefined) {
        const line = now.used.get(digest);
        if (line !== undefined) shareLine(line, entry.seq, subject);
        else
          now.used.set(digest, {
            fromSeq: entry.seq,
            toSeq: entry.seq,
            subject,
            isOfNote: entry.type === noteAdded || entry.type === noteWithdrawn,
            login: loginOf(bytes),
          });
        return;
      }
      gone.push({ seq: entry.seq, subject });
    },
    gone: () => gone.map(({ seq }) => seq),
    findings: () => {
      close();
      now = null;
      const byBundle = new Map<number, number[]>();
      for (const { seq } of gone) byBundle.set(bundleOf(seq), [...(byBundle.get(bundleOf(seq)) ?? []), seq]);
      const found: Finding[] = [];
      for (const [bundle, seqs] of byBundle) {
        const [first = 0] = seqs;
        const of = seqs.length === 1 ? `entry ${first}` : `${seqs.length} entries, the first is entry ${first},`;
        const said = strange.has(bundle)
          ? (['L124', `the details of ${of} are not what was entered`] as const)
          : (['L125', `the details of ${of} are missing, and no entry says that they were erased`] as const);
        found.push(finding(said[0], detailsFile(bundle), said[1]));
      }
      for (const bundle of empty)
        if (!byBundle.has(bundle))
          found.push(finding('L124', detailsFile(bundle), 'an empty line is among the details, which nothing of longplay writes'));
      const still = new Set(there.filter((line) => erasesLine(forgettings, line)).map(({ fromSeq }) => bundleOf(fromSeq)));
      for (const bundle of still) found.push(finding('L129', detailsFile(bundle), 'lines are there that the log says are erased'));
      for (const [bundle, code] of unreadable) found.push(finding('L126', detailsFile(bundle), `it cannot be read: ${code}`));
      return found;
    },
  };
}

function keyOf({ who, of, isErasure }: Subject): string {
  return `${who} ${of} ${isErasure}`;
}
