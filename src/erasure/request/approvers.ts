import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { writeDurableNew } from '../../archive/files/durable.ts';
import { openArchive } from '../../archive/layout.ts';
import { errorText, LongplayError, systemCode } from '../../core/base/error.ts';
import { givenReason } from '../../core/base/given-reason.ts';
import { approverAdded, approverName, approverRemoved } from '../../log/erasure/approvers.ts';
import { openLog } from '../../log/log.ts';
import { noteKey, rawPublicKey, verifierKey } from '../../log/tree/signed-note.ts';
import type { PipelineEvent } from '../../pipeline/events/events.ts';
import type { EntryTools } from '../../pipeline/open/enter-one.ts';

/**
 * Creates a key for an approver: PKCS #8 in PEM, as `openssl pkey` reads it, in a file that only its owner may read.
 * @returns its key id
 * @throws LongplayError usage E103: the file exists; A107
 */
export async function* makeApproverKey(file: string): AsyncGenerator<PipelineEvent, { readonly approver: string }> {
  const { privateKey } = generateKeyPairSync('ed25519');
  const isNew = await writeDurableNew(file, privateKey.export({ format: 'pem', type: 'pkcs8' }), 0o600);
  if (!isNew) throw new LongplayError('usage', 'E103', `${file} exists already`, 'name a new file: a key is never overwritten');
  const approver = noteKey(approverName, rawPublicKey(privateKey)).id;
  yield { type: 'result', of: 'approver', value: { approver } };
  return { approver };
}

/** Reads the private key of an approver. @throws LongplayError usage E103 */
export async function readApproverKey(file: string): Promise<KeyObject> {
  return await readKeyWith(file, createPrivateKey);
}

async function readKeyWith(file: string, parse: (bytes: Buffer) => KeyObject): Promise<KeyObject> {
  try {
    const key = parse(await readFile(file));
    if (key.asymmetricKeyType !== 'ed25519') throw new Error(`it is a key of type ${key.asymmetricKeyType}`);
    return key;
  } catch (error) {
    throw new LongplayError(
      'usage',
      'E103',
      `${file} is not an Ed25519 key: ${systemCode(error) ?? errorText(error)}`,
      'make one with: longplay erase make-key FILE',
      error,
    );
  }
}

/** Registers the key of a person who may approve erasures. @param file private or public key in PEM @throws LongplayError usage E103 */
export async function* addApprover(
  archiveDir: string,
  { name, file }: { readonly name: string; readonly file: string },
  tools: EntryTools,
): AsyncGenerator<PipelineEvent, { readonly approver: string }> {
  const archive = await openArchive(archiveDir);
  // For a private key, this returns the public half.
  const key = noteKey(approverName, rawPublicKey(await readKeyWith(file, (bytes) => createPublicKey(bytes))));
  const log = await openLog(archive, tools);
  await using _log = { [Symbol.asyncDispose]: () => log.close() };
  if (log.erasures().approvers.has(key.id))
    throw new LongplayError('usage', 'E103', `key ${key.id} is already registered`, 'register another key: longplay erase make-key FILE');
  await log.appendAll([{ type: approverAdded, detail: { key: verifierKey(key) }, of: name, details: { name } }]);
  yield { type: 'result', of: 'approver', value: { approver: key.id } };
  return { approver: key.id };
}

/** Ends the right of a key to approve. Earlier approvals stay valid. @throws LongplayError usage E103, C117 */
export async function* removeApprover(
  archiveDir: string,
  { approver, why }: { readonly approver: string; readonly why: string },
  tools: EntryTools,
): AsyncGenerator<PipelineEvent, { readonly approver: string }> {
  const reason = givenReason(why);
  const archive = await openArchive(archiveDir);
  const log = await openLog(archive, tools);
  await using _log = { [Symbol.asyncDispose]: () => log.close() };
  const known = log.erasures().approvers.get(approver);
  if (known === undefined || known.removedAt !== null)
    throw new LongplayError('usage', 'E103', `no approver has the key ${approver}`, 'list the approvers with: longplay erase status ARCHIVE');
  await log.append(approverRemoved, { approver }, { reason });
  yield { type: 'result', of: 'approver', value: { approver, removed: true } };
  return { approver };
}
