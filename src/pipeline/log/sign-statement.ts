import type { KeyObject } from 'node:crypto';
import type { Archive } from '../../archive/layout.ts';
import { agree } from '../../core/base/agree.ts';
import { LongplayError } from '../../core/base/error.ts';
import { sha256Hex } from '../../core/base/identifier.ts';
import { finding } from '../../core/findings/finding.ts';
import { isHarmless } from '../../log/entries/harmless.ts';
import { readKey, refuseOpenKey } from '../../log/keys/key-store.ts';
import type { JudgedLog } from '../../log/read/replica-behind.ts';
import { logOrigin } from '../../log/tree/checkpoint.ts';
import { noteKey, rawPublicKey, signNote } from '../../log/tree/signed-note.ts';
import type { HeldInBag } from '../../report/statement/bag-clusters.ts';
import type { DecodersHere } from '../../report/statement/codec-register.ts';
import type { KeepingFacts } from '../../report/statement/keeping.ts';
import type { KeyringFacts } from '../../report/statement/keyring.ts';
import { makeStatement, statementJson } from '../../report/statement/make-statement.ts';
import type { CatalogFacts, Statement } from '../../report/statement/statement.ts';
import { statementText } from '../../report/statement/text.ts';
import { findingEvent, type PipelineEvent } from '../events/events.ts';
import { type EntryTools, enterOne } from '../open/enter-one.ts';
import type { ReadAccount } from './read-account.ts';

/** A statement and its files. */
export interface SignedStatement {
  readonly statement: Statement;
  /** Content of the files by name; `statement.note` only if it is signed. */
  readonly files: readonly { readonly name: string; readonly content: string }[];
}

/**
 * Makes the statement of an archive, signs it with the archive's key if this machine has the key, and logs that. The note beside it is a C2SP signed
 * note over the archive's id, the SHA-256 of `statement.json`, and the state of the log from which it was made.
 */
export async function* signStatement(
  archive: Pick<Archive, 'dir' | 'id' | 'page'>,
  { account, decodedBags, facts, judged }: ReadAccount,
  tools: EntryTools,
  writtenAt: string,
  {
    catalog,
    held,
    decoders,
    keyring,
    keeping,
  }: {
    readonly catalog: CatalogFacts;
    readonly held: Iterable<HeldInBag>;
    readonly decoders: DecodersHere;
    /** Absent: the archive is open. */
    readonly keyring?: KeyringFacts;
    /** Absent: the archive never had a legal hold or a retention policy. */
    readonly keeping?: KeepingFacts;
  },
): AsyncGenerator<PipelineEvent, SignedStatement> {
  const signer = await signerOf(archive.id, facts.key, tools.keys);
  const unsigned = unsignedBecause(judged, facts.size) ?? (typeof signer === 'string' ? signer : null);
  const statement = makeStatement(account, {
    archive: archive.id,
    ...(keyring === undefined ? {} : { keyring }),
    ...(keeping === undefined ? {} : { keeping }),
    writtenAt,
    log: facts,
    unsigned,
    catalog,
    bags: { decoded: decodedBags, held },
    decoders,
  });
  const json = statementJson(statement);
  const page = `${statementText(statement)}\n`;
  const files = [
    { name: 'statement.json', content: json },
    { name: 'statement.txt', content: page },
  ];
  if (unsigned !== null || typeof signer === 'string') {
    yield findingEvent(finding('P300', 'statement.json', unsigned ?? ''));
    return { statement, files };
  }
  const sha256 = sha256Hex(json);
  const text = `longplay statement\n${archive.id}\n${sha256}\n${facts.size}\n${facts.root}\n`;
  files.push({ name: 'statement.note', content: signNote(text, logOrigin(archive.id), signer) });
  const refusal = await enterOne(archive, 'statement-signed', { sha256, textSha256: sha256Hex(page) }, tools);
  if (refusal !== null) yield findingEvent(finding('P301', 'log', refusal.reason));
  return { statement, files };
}

/**
 * Returns why nothing about an archive is signed, whoever has the key; null: nothing prevents it. An older state of an archive is not signed, because damage and
 * erasures that were entered since would be missing.
 * @param size number of entries in the log
 */
export function unsignedBecause({ findings, replica }: JudgedLog, size: number): string | null {
  // A machine without the key signs nothing anyway.
  const damage = findings.find((one) => !isHarmless(one, true));
  if (damage !== undefined) return `the log is damaged (${damage.code} ${damage.message})`;
  if (replica === null) return null;
  const { name, entries } = replica;
  return agree`this is the replica ${name}, which has ${size} entr[y|ies] of the log, and its archive has ${entries}: run this on the archive, or after longplay replica sync ARCHIVE ${name}`;
}

/** Returns the key that signs for an archive, or why this machine does not sign. @param inForce id of the current signing key */
export async function signerOf(id: string, inForce: string | null, keys: string): Promise<KeyObject | string> {
  try {
    await refuseOpenKey(keys, id);
  } catch (error) {
    if (error instanceof LongplayError) return error.message;
    throw error;
  }
  return heldKey(id, inForce, keys);
}

/** Returns the current signing key, or why it is not available. */
async function heldKey(id: string, inForce: string | null, keys: string): Promise<KeyObject | string> {
  try {
    const key = await readKey(keys, id);
    if (key === null) return 'this machine has no key for this archive';
    return noteKey(logOrigin(id), rawPublicKey(key)).id === inForce ? key : 'the key of this machine is not the one that signs the log';
  } catch (error) {
    if (error instanceof LongplayError && error.kind === 'incomplete') return 'the key of this machine cannot be used';
    throw error;
  }
}
