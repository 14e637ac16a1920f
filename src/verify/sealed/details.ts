import { systemCode } from '../../core/base/error.ts';
import { createTurns } from '../../core/base/turns.ts';
import { errorVerdict, type Verdict } from '../../core/model/verdict.ts';
import type { LogEntry } from '../../log/entries/log-entry.ts';
import { forgettingsOf } from '../../log/forget-details.ts';
import { bundleOf, type DetailLines, detailsFile, digestMember, readDetailLines } from '../../log/who/entry-details.ts';
import { covers, subjectOf } from '../../log/who/erasure.ts';
import { openSealedLine, secretOfLine } from '../../log/who/sealed-details.ts';
import type { KeyringLists } from '../../sealing/keyring/lists.ts';
import { destroyedVerdict, lookUp, type Opening } from './try-sealed.ts';

/** Result of trying one line of details, which belongs to one entry or is shared by several. */
export interface TriedLine {
  readonly opening: Opening;
  /** Relative to the archive. */
  readonly file: string;
  readonly page: string;
  /** Number of the first entry with this line. */
  readonly seq: number;
  readonly verdicts: readonly Verdict[];
}

/** A sealed line of details that an entry names and that no entry reports as erased. */
interface KeptLine {
  readonly bundle: number;
  /** Number of the first entry with this line. */
  readonly seq: number;
  readonly line: Uint8Array;
  readonly page: string;
  readonly cell: string;
}

/** Opens each sealed line of details, including notes. The check of the log reports lines that differ from their digest. */
export async function* tryDetails(
  archive: { readonly dir: string },
  entries: () => AsyncIterable<LogEntry>,
  signal: AbortSignal,
): AsyncGenerator<TriedLine> {
  for await (const line of keptLines(archive, entries, signal))
    yield { file: detailsFile(line.bundle), page: line.page, seq: line.seq, ...triedLine(line) };
}

/** Yields the page of each sealed line of details, with the file of the line. */
export async function* detailPages(
  archive: { readonly dir: string },
  entries: () => AsyncIterable<LogEntry>,
  signal: AbortSignal,
): AsyncGenerator<{ readonly page: string; readonly file: string }> {
  for await (const { bundle, page } of keptLines(archive, entries, signal)) yield { page, file: detailsFile(bundle) };
}

/** Yields E114 for each sealed line of details that the lists of the keyring name as erased. */
export async function* destroyedDetails(
  archive: { readonly dir: string },
  entries: () => AsyncIterable<LogEntry>,
  { erasedOf }: KeyringLists,
  signal: AbortSignal,
): AsyncGenerator<Verdict> {
  for await (const { bundle, seq, page, cell } of keptLines(archive, entries, signal))
    if (erasedOf(page, cell) !== undefined) yield destroyedVerdict(placeOf(bundle, seq));
}

async function* keptLines(archive: { readonly dir: string }, entries: () => AsyncIterable<LogEntry>, signal: AbortSignal): AsyncGenerator<KeptLine> {
  const forgettings = await forgettingsOf(entries);
  const turns = createTurns();
  let bundle = -1;
  let lines: DetailLines | null = null;
  let seen = new Set<string>();
  for await (const entry of entries()) {
    if (turns.isDue()) await turns.take(signal);
    const digest = entry.detail[digestMember];
    if (typeof digest !== 'string') continue;
    if (bundleOf(entry.seq) !== bundle) {
      bundle = bundleOf(entry.seq);
      seen = new Set();
      lines = await readDetailLines(archive.dir, bundle).catch(unreadable);
    }
    const line = lines?.get(digest);
    const at = line === undefined || seen.has(digest) ? null : secretOfLine(line);
    if (line === undefined || at === null || forgettings.some((one) => covers(one, entry.seq, subjectOf(entry)))) continue;
    seen.add(digest);
    yield { bundle, seq: entry.seq, line, ...at };
  }
}

function unreadable(error: unknown): null {
  // The check of the log reports the error.
  if (systemCode(error) === null) throw error;
  return null;
}

function placeOf(bundle: number, seq: number): string {
  return `${detailsFile(bundle)}:${seq}`;
}

function triedLine({ bundle, seq, line, page, cell }: KeptLine): Pick<TriedLine, 'opening' | 'verdicts'> {
  const secrets = lookUp(page, cell);
  const place = placeOf(bundle, seq);
  if (secrets === null) return { opening: 'closed', verdicts: [] };
  if (secrets === 'erased') return { opening: 'faulty', verdicts: [destroyedVerdict(place)] };
  if (openSealedLine(line, secrets) !== null) return { opening: 'opened', verdicts: [] };
  return { opening: 'faulty', verdicts: [errorVerdict('corrupt', 'K202', place, `the details of entry ${seq} do not open`)] };
}
