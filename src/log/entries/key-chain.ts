import { type KeyObject, sign, verify } from 'node:crypto';
import { type Finding, finding } from '../../core/findings/finding.ts';
import { logOrigin } from '../tree/checkpoint.ts';
import { type NoteKey, noteKey, parseVerifierKey, publicKeyOf, rawPublicKey, verifierKey } from '../tree/signed-note.ts';
import { type LogDetail, type LogEntry, logFolder, type NewEntry } from './log-entry.ts';

/** Keys that a log names, in order: the first in the entry about the creation of the archive, each further one in the entry that replaced a key. */
export interface KeyChain {
  take(entry: LogEntry): void;
  /** Returns the key that signs a checkpoint over a number of entries; null: the log names none. */
  inForce(size: number): NoteKey | null;
  /** Returns true if one of the keys has this id and name. */
  names(key: Pick<NoteKey, 'id' | 'name'>): boolean;
  /** Returns L103 for each key, within a number of entries, for which the previous key did not sign. */
  findings(size: number): Finding[];
}

/** Creates an empty chain. @param archiveId null: unknown archive */
export function createKeyChain(archiveId: string | null): KeyChain {
  const keys: { readonly from: number; readonly key: NoteKey }[] = [];
  const found: { readonly at: number; readonly finding: Finding }[] = [];
  return {
    take: (entry) => {
      const { type, detail, seq } = entry;
      const names = type === 'archive-created' || type === 'log-restarted' || type === 'key-rotated' || type === 'key-replaced';
      const key = names && typeof detail.key === 'string' ? parseVerifierKey(detail.key) : null;
      if (key === null || (archiveId !== null && key.name !== logOrigin(archiveId))) return;
      const before = keys.at(-1)?.key;
      if (before !== undefined && !(type === 'key-rotated' && vouches(before, key, detail)))
        found.push({
          at: seq,
          finding: finding('L103', `${logFolder}:${seq}`, `key ${key.id} replaced key ${before.id}, which did not sign for it`),
        });
      keys.push({ from: seq, key });
    },
    inForce: (size) => keys.findLast(({ from }) => from <= size)?.key ?? null,
    names: ({ id, name }) => keys.some(({ key }) => key.id === id && key.name === name),
    findings: (size) => found.filter(({ at }) => at <= size).map((one) => one.finding),
  };
}

/** Creates the entry by which one key is replaced by the next. */
export function rotationEntry(old: KeyObject, next: KeyObject, archiveId: string): NewEntry {
  const origin = logOrigin(archiveId);
  const key = noteKey(origin, rawPublicKey(next));
  const before = noteKey(origin, rawPublicKey(old));
  return {
    type: 'key-rotated',
    detail: { key: verifierKey(key), before: before.id, vouchedFor: sign(null, handover(before, key), old).toString('base64') },
  };
}

function vouches(before: NoteKey, key: NoteKey, detail: LogDetail): boolean {
  if (typeof detail.vouchedFor !== 'string') return false;
  return verify(null, handover(before, key), publicKeyOf(before), Buffer.from(detail.vouchedFor, 'base64'));
}

/** Returns the text that the old key signs. The text contains the name of the archive's log, so that the signature is valid for no other log. */
function handover(before: NoteKey, key: NoteKey): Uint8Array {
  return Buffer.from(`longplay key rotation\n${verifierKey(before)}\n${verifierKey(key)}\n`, 'utf8');
}
