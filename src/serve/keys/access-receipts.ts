import { LongplayError } from '../../core/base/error.ts';
import type { LogEntry } from '../../log/entries/log-entry.ts';
import { followEntries } from '../../log/files/follow-log.ts';
import { readCheckpoint, signatureProblem } from '../../log/keys/vouching.ts';
import { closedBy } from '../../log/read/closed-by.ts';
import { inspectLog, type LogInspection } from '../../log/read/inspect-log.ts';
import { readEntries } from '../../log/read/read-log.ts';
import { treeSize } from '../../log/tree/tile-tree.ts';
import { createDetailsReader } from '../../log/who/entry-details.ts';
import { isSoundName } from '../archive/stored-file.ts';
import type { KeyRequest } from './key-request.ts';

/** Which accesses the signed log of an archive has. */
export interface AccessReceipts {
  /** Returns true if the log has an entry, made since this began, by which the session may get what it asks for. Reads what was entered meanwhile. @throws LongplayError L105 */
  has(request: Omit<KeyRequest, 'bags'>): Promise<boolean>;
}

/** Time for which an entry counts: a session enters the same action again after an hour. */
const lastingMs = 2 * 3_600_000;
/** An export may take longer than playing. */
const exportMs = 24 * 3_600_000;
/** Largest numbers of remembered entries; the oldest are forgotten, and what they allowed has to be entered again. */
const mostEntries = 100_000;
const mostExports = 200;

/** An export that was announced: its entry, and the recordings that its details list. */
interface Announced {
  readonly at: number;
  readonly session: string;
  readonly entry: LogEntry;
  recordings: ReadonlySet<string> | null;
}

/**
 * Begins to follow a log. Entries are taken from its files only after they lead to a checkpoint with the signature of the key that the log names, so a serving process
 * cannot invent them; entries that were made before do not count, so it cannot use them again.
 * @param memory folder of this machine's keys and memory of logs @param now monotonic ms
 * @throws LongplayError L105: the log is damaged, cut or of another archive
 */
export async function followReceipts(
  archive: { readonly dir: string; readonly id: string },
  memory: string,
  now: () => number,
): Promise<AccessReceipts> {
  const calm = new AbortController().signal;
  const inspected = async (): Promise<
    Required<Pick<LogInspection, 'keys'>> & { readonly found: LogInspection; readonly tree: NonNullable<LogInspection['tree']> }
  > => {
    const found = await inspectLog(archive, memory, calm);
    const { keys, tree } = found;
    const closed = closedBy(found);
    if (closed !== null || tree === null)
      throw new LongplayError(
        'incomplete',
        'L105',
        `no key is handed out: ${closed ?? 'the log does not match its signed state'}`,
        'run: longplay log check ARCHIVE',
      );
    return { found, keys, tree };
  };
  let { keys, tree } = await inspected();
  const ledger = createLedger(archive.dir, now);
  /** Reads on from the last known entry. */
  const refresh = async (): Promise<void> => {
    const { checkpoint } = await readCheckpoint(archive.dir);
    const known = treeSize(tree);
    if (checkpoint !== null && checkpoint.size === known) return;
    const next =
      checkpoint === null || checkpoint.size < known || signatureProblem(checkpoint, keys) !== null
        ? null
        : await followEntries(archive.dir, tree, checkpoint);
    if (next !== null && !next.entries.some(({ type }) => type.startsWith('key-'))) {
      tree = next.tree;
      for (const entry of next.entries) ledger.take(entry);
      return;
    }
    // A key was changed, or the files are being written: the whole log decides.
    const whole = await inspected();
    if (treeSize(whole.tree) < known)
      throw new LongplayError('incomplete', 'L105', 'no key is handed out: the log became shorter', 'run: longplay log check ARCHIVE');
    for await (const entry of readEntries(archive, whole.found, calm)) if (entry.seq > known) ledger.take(entry);
    ({ keys, tree } = whole);
  };
  let refreshing: Promise<void> | null = null;
  /** One reading serves all requests that wait for it. */
  const refreshed = (): Promise<void> => {
    refreshing ??= refresh().finally(() => {
      refreshing = null;
    });
    return refreshing;
  };

  return {
    has: async (request) => {
      if (await ledger.allows(request)) return true;
      // A reading that runs may have begun before the entry was written: the second one has not.
      for (let attempt = 0; attempt < 2; attempt++) {
        await refreshed();
        if (await ledger.allows(request)) return true;
      }
      return false;
    },
  };
}

/** The entries that allow something. */
interface Ledger {
  take(entry: LogEntry): void;
  allows(request: Omit<KeyRequest, 'bags'>): Promise<boolean>;
}

function createLedger(dir: string, now: () => number): Ledger {
  const entered = new Map<string, number>();
  const exports: Announced[] = [];
  const details = createDetailsReader(dir);

  const take = (entry: LogEntry): void => {
    const { type, detail } = entry;
    const { session, recording, file } = detail;
    if (typeof session !== 'string') return;
    if (type === 'export-begun') {
      exports.push({ at: now(), session, entry, recordings: null });
      if (exports.length > mostExports) exports.shift();
    }
    const [, action] = /^recording-(shown|listened|taken)$/.exec(type) ?? [];
    if (action === undefined || typeof recording !== 'string') return;
    const key = receiptKey(session, recording, action, typeof file === 'string' ? file : null);
    entered.delete(key);
    entered.set(key, now());
    const [oldest] = entered.keys();
    if (entered.size > mostEntries && oldest !== undefined) entered.delete(oldest);
  };
  const lists = async (one: Announced, recordingId: string): Promise<boolean> => {
    if (one.recordings === null) {
      const listed = (await details.of(one.entry))?.recordings;
      one.recordings = new Set(Array.isArray(listed) ? listed.filter((id) => typeof id === 'string') : []);
    }
    return one.recordings.has(recordingId);
  };
  const isEntered = async ({ session, recordingId, action, file }: Omit<KeyRequest, 'bags'>): Promise<boolean> => {
    if (action === 'exported') {
      for (const one of exports) if (one.session === session && now() - one.at < exportMs && (await lists(one, recordingId))) return true;
      return false;
    }
    // An entry about playing names no file: it permits the sound. One about a description permits nothing else.
    if (action === 'listened' ? file === null || !isSoundName(file) : action === 'shown' && file !== null) return false;
    const at = entered.get(receiptKey(session, recordingId, action, action === 'taken' ? file : null));
    return at !== undefined && now() - at < lastingMs;
  };
  return { take, allows: isEntered };
}

function receiptKey(session: string, recording: string, action: string, file: string | null): string {
  return JSON.stringify([session, recording, action, file]);
}
