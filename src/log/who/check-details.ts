import { agree } from '../../core/base/agree.ts';
import { systemCode } from '../../core/base/error.ts';
import { sha256Hex } from '../../core/base/identifier.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import { detailsSealed, sealingFinished } from '../../core/model/sealing.ts';
import type { LogEntry } from '../entries/log-entry.ts';
import { tileWidth } from '../tree/tile-tree.ts';
import { bundleOf, type DetailLines, detailsFile, digestMember, loginOf, readDetailLines } from './entry-details.ts';
import { covers, type Erasure, erasesLine, erasureOf, type SharedLine, type Subject, shareLine, subjectOf } from './erasure.ts';
import { noteAdded, noteWithdrawn } from './notes.ts';
import { sealedLater, secretOfLine } from './sealed-details.ts';

/** Compares the details beside entries with the digests that the entries have. */
export interface DetailsCheck {
  /** Reads each entry of the log, in order. */
  take(entry: LogEntry): Promise<void>;
  /** Adds digests of sealed lines that the log of another copy names: a sync copies the lines before the entries. */
  accept(digests: Iterable<string>): void;
  /** Returns the numbers of the entries so far whose details are missing or altered although no entry records their erasure. */
  gone(): readonly number[];
  /**
   * Returns the findings; call it after the last entry. K217: in clear although the archive was sealed; L124: altered; L125: missing; L126: unreadable; L129: still there although the log records
   * their erasure. There is one of each per file.
   */
  findings(): Finding[];
}

/** Number and persons of an entry whose details are missing. */
interface Gone {
  readonly seq: number;
  /** Shared objects, because many entries have few distinct subjects. */
  readonly subject: Subject;
}

/**
 * Creates a check that reads each file of details once. Later entries record erasures, so they are applied at the end.
 * One function: both steps use what was read.
 */
export function createDetailsCheck(dir: string): DetailsCheck {
  let gone: Gone[] = [];
  const subjects = new Map<string, Subject>();
  const forgettings: Erasure[] = [];
  /**
   * For each bundle and each group of persons, the existing line that an erasure would cover first. There are few, whatever the number of entries.
   */
  const there: SharedLine[] = [];
  /** For each bundle one bit per entry that has an existing line of its own, because such details can be erased alone. */
  const alone = new Map<number, Uint8Array>();
  /** Bundles whose files have lines that belong to no entry or cannot be read. */
  const strange = new Set<number>();
  const unreadable = new Map<number, string>();
  /** Digests of lines that were sealed after their entries were made, as entries have them. */
  const entered = new Set<string>();
  /** Bundles with such lines, and the digests of these as they are stored. */
  const later = new Map<number, readonly string[]>();
  /** Bundles with lines in clear. */
  const clear = new Set<number>();
  let isSealed = false;
  /** Bundles whose files have empty lines. */
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
    const bits = new Uint8Array(tileWidth / 8);
    alone.set(now.bundle, bits);
    for (const line of now.used.values()) {
      if (line.fromSeq === line.toSeq) setBit(bits, line.fromSeq);
      // Lines of a note do not stand for other lines of the same person, because a note can be erased separately. Nor do lines with a login name
      // beside that of `--as`: they are erased by login name, while other lines of the person stay.
      const key = line.isOfNote ? `${line.fromSeq}` : `${keyOf(line.subject)} ${line.login}`;
      if (line.toSeq < (first.get(key)?.toSeq ?? Number.POSITIVE_INFINITY)) first.set(key, line);
    }
    there.push(...first.values());
  };
  return {
    take: async (entry) => {
      if (entry.type === detailsSealed && typeof entry.detail.lines === 'string')
        for (const digest of entry.detail.lines.split(' ')) entered.add(digest);
      if (entry.type === sealingFinished) isSealed = true;
      const forgetting = erasureOf(entry);
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
        const stored = [...(lines?.values() ?? [])];
        const replaced = stored.filter((line) => sealedLater(line) !== null).map((line) => sha256Hex(line));
        if (replaced.length > 0) later.set(bundle, replaced);
        if (stored.some((line) => secretOfLine(line) === null)) clear.add(bundle);
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
    accept: (digests) => {
      for (const digest of digests) entered.add(digest);
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
        const of = seqs.length === 1 ? `entry ${first}` : agree`${seqs.length} entr[y|ies], the first is entry ${first},`;
        const said = strange.has(bundle)
          ? (['L124', `the details of ${of} were altered`] as const)
          : (['L125', `the details of ${of} are missing, and no entry says that they were erased`] as const);
        found.push(finding(said[0], detailsFile(bundle), said[1]));
      }
      for (const [bundle, digests] of later)
        if (digests.some((digest) => !entered.has(digest)))
          found.push(finding('L124', detailsFile(bundle), 'it has sealed details that no log entry names'));
      for (const bundle of isSealed ? clear : [])
        found.push(
          finding('K217', detailsFile(bundle), 'it has details in clear, although the archive is sealed; to seal them again: longplay seal ARCHIVE'),
        );
      for (const bundle of empty)
        if (!byBundle.has(bundle)) found.push(finding('L124', detailsFile(bundle), 'the details have an empty line, which longplay never writes'));
      const back = forgettings.filter(({ fromSeq, toSeq, isLoss }) => !isLoss && fromSeq === toSeq && hasBit(alone.get(bundleOf(fromSeq)), fromSeq));
      const still = new Set([...there.filter((line) => erasesLine(forgettings, line)), ...back].map(({ fromSeq }) => bundleOf(fromSeq)));
      for (const bundle of still) found.push(finding('L129', detailsFile(bundle), 'there are lines that the log says were erased'));
      for (const [bundle, code] of unreadable) found.push(finding('L126', detailsFile(bundle), `it cannot be read: ${code}`));
      return found;
    },
  };
}

function keyOf({ who, of, isErasure, isLasting }: Subject): string {
  return `${who} ${of} ${isErasure} ${isLasting}`;
}

function setBit(bits: Uint8Array, seq: number): void {
  const place = (seq - 1) % tileWidth;
  bits[place >> 3] = (bits[place >> 3] ?? 0) | (1 << (place & 7));
}

function hasBit(bits: Uint8Array | undefined, seq: number): boolean {
  const place = (seq - 1) % tileWidth;
  return ((bits?.[place >> 3] ?? 0) & (1 << (place & 7))) !== 0;
}
