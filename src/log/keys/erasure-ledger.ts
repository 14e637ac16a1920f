import { open, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { appendDurable, cannotWrite, makeFolderDurable, syncFolder } from '../../archive/files/durable.ts';
import { systemCode } from '../../core/base/error.ts';
import { sha256Hex } from '../../core/base/identifier.ts';

/** An erasure that this machine remembers. */
export interface RememberedErasure {
  /** Mark of the recording id, of the file, or of the message (`ErasureMarks`). */
  readonly mark: string;
  readonly request: string;
  /** ISO time. */
  readonly at: string;
}

/**
 * Signs of the actions in a line: a recording was erased, its erasure was lifted, a single file of a recording was erased, a
 * message of a case was erased.
 */
const signs = { erased: '+', lifted: '-', file: 'f', message: 'm' } as const;

/** A line: action, mark, request, time. */
const line = /^([+fm-]) ([0-9a-f]{32}) ([0-9a-f]{1,64}) (\S+)$/;

/**
 * Returns the path of this machine's copy of an archive's erasure ledger, beside the signing key. With this copy longplay recognises erased
 * recordings even if an older backup of the whole archive, including its log, is restored.
 */
function ledgerFile(keys: string, archiveId: string): string {
  return join(keys, `${archiveId}.erased`);
}

/** Adds erasures, or lifted erasures, to the copy of the ledger; they are on disk when the promise resolves. @throws LongplayError A107 */
export async function rememberErasures(
  keys: string,
  archiveId: string,
  erasures: readonly RememberedErasure[],
  what: keyof typeof signs = 'erased',
): Promise<void> {
  if (erasures.length === 0) return;
  const file = ledgerFile(keys, archiveId);
  await makeFolderDurable(keys, 0o700);
  try {
    const handle = await open(file, 'a', 0o600);
    try {
      // Each line begins with a line feed, because a stopped write may have left an incomplete line.
      const lines = erasures.map(({ mark, request, at }) => `\n${signs[what]} ${mark} ${request} ${at}`);
      await appendDurable(handle, `${lines.join('')}\n`);
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw cannotWrite(file, error);
  }
  await syncFolder(dirname(file));
}

/** Returns the SHA-256 of this machine's copy of an archive's ledger, 64 hexadecimal digits; null: there is none, or it cannot be read. */
export async function ledgerDigest(keys: string, archiveId: string): Promise<string | null> {
  try {
    return sha256Hex(await readFile(ledgerFile(keys, archiveId)));
  } catch (error) {
    if (systemCode(error) === null) throw error;
    return null;
  }
}

/**
 * Returns the erasures of recordings, of single files, or of messages that this machine remembers, by mark. Ignores incomplete lines.
 * @throws the system's error if the file cannot be read
 */
export async function rememberedErasures(
  keys: string,
  archiveId: string,
  of: 'erased' | 'file' | 'message' = 'erased',
): Promise<ReadonlyMap<string, RememberedErasure>> {
  const found = new Map<string, RememberedErasure>();
  let text: string;
  try {
    text = await readFile(ledgerFile(keys, archiveId), 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return found;
    throw error;
  }
  for (const one of text.split('\n')) {
    const [, what, mark = '', request = '', at = ''] = line.exec(one) ?? [];
    if (what === signs[of]) found.set(mark, { mark, request, at });
    else if (what === signs.lifted) found.delete(mark);
  }
  return found;
}
