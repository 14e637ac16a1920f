import { agree } from '../../core/base/agree.ts';
import type { Certificate, CertifiedCopy } from './format.ts';

/** Writes a certificate as a text for people. */
export function certificateText(certificate: Certificate): string {
  const {
    archive,
    writtenAt,
    method,
    request,
    approver,
    unreadableAt,
    finalAt,
    owing,
    marks,
    fileMarks,
    messageMarks,
    keys,
    copies,
    epoch,
    verification,
  } = certificate;
  const isSealed = method === 'purge: cryptographic erase';
  const lines = [
    'CERTIFICATE OF ERASURE',
    '',
    `Archive:     ${archive}`,
    `Request:     ${request.request}, ground: ${request.ground}`,
    `Written:     ${writtenAt}`,
    `Method:      ${method} (terms of NIST SP 800-88 Rev. 2)`,
    agree`Recordings:  ${request.recordings} recording[s]; certificate.json has keyed digests of their ids (${marks.length})`,
    ...(fileMarks.length > 0
      ? [agree`Files:       ${fileMarks.length} file[s] erased alone, whose recordings stay; certificate.json has keyed digests of their names`]
      : []),
    ...(messageMarks.length > 0
      ? [agree`Messages:    ${messageMarks.length} message[s] of cases; certificate.json has keyed digests of [it|them]`]
      : []),
    '',
    `Requested:   ${request.requestedAt} by ${requester(request)}, to be executed by ${request.due}`,
    `Approved:    ${request.approvedAt ?? 'not'} by ${request.approvedBy ?? 'nobody known'} with key ${approver?.id ?? 'unknown'}`,
    ...(approver === null
      ? []
      : [`             a key that ${approver.addedBy.join(', given by login ') || 'nobody known'} registered on ${approver.addedAt}`]),
    ...(request.hastenedAt === null ? [] : [`Waiting time: ended by the approval of ${request.hastenedAt}`]),
    `Executed:    ${request.executedAt ?? 'not'}`,
    '',
    `Unreadable in service since: ${unreadableAt ?? 'NOT NOW: every copy of the keyring that can be reached is in an older state'}`,
    `Final since:                 ${finalAt ?? 'NOT YET'}`,
    ...owing.map((replica) => `Owed by:                     replica ${replica}, which may still hold something that was erased`),
    '',
    ...(isSealed ? keyLines({ pages: keys.length, what: erasedWords(certificate) }, copies, epoch, finalAt) : bagLines(certificate)),
    '',
    verification === null
      ? 'Verification: none since the execution.'
      : agree`Verification: ${verification.at}, ${verification.errors} fault[s], ${verification.erased} erased recording[s]${verification.complete ? '' : ', stopped before its end'}.`,
    '',
    'certificate.json has the entries of the signed log that state this, each with its proof of inclusion; certificate.note is the signature.',
  ];
  return lines.join('\n');
}

/** Names the requester, and whether the name was claimed: the log has the login of the system, and only the approver is proved by a key. */
function requester({ requestedBy, requestedLogin }: Certificate['request']): string {
  const who = requestedBy ?? 'nobody known';
  return requestedLogin === null ? who : `${who} (a name claimed by login ${requestedLogin})`;
}

function keyLines(
  { pages, what }: { readonly pages: number; readonly what: string },
  copies: readonly CertifiedCopy[],
  epoch: number | null,
  finalAt: string | null,
): string[] {
  return [
    pages === 0
      ? `Secrets of ${what} were removed from the keyring. Their pages got new keys (AES-256),`
      : agree`Secrets of ${what} were removed from ${pages} page[s] of the keyring. The page[s] got new keys (AES-256),`,
    'wrapped by a new root for each copy; the earlier root and the earlier pages were overwritten and deleted. No byte of a bag was changed.',
    agree`Copies of the keyring: ${copies.length}`,
    ...copies.map(copyLine),
    epoch === null
      ? 'Recovery: there was none.'
      : `Recovery: the shares of epoch ${epoch} ${finalAt === null ? 'may open a backup of an earlier keyring until another epoch has begun and they are destroyed' : 'open nothing of the keyring any more'}.`,
  ];
}

function copyLine({ copy, destroyedAt, root, kept, isUncertain }: CertifiedCopy): string {
  if (destroyedAt === null) return `  ${copy}: NOT YET, it was away or an older state of it was restored, and it still opens the recordings`;
  const doubt = isUncertain ? '; its store did not confirm that the earlier root is gone' : '';
  return `  ${copy}: ${destroyedAt}, root ${root} in force, kept as ${kept}${doubt}`;
}

/** Says in words whose secrets were destroyed. */
function erasedWords({ request, fileMarks }: Certificate): string {
  if (request.recordings > 0) return 'every file of the recordings';
  return fileMarks.length > 0 ? 'the files' : 'the earlier states of the tables and cases that had the rows and messages';
}

function bagLines({ method, bags }: Certificate): string[] {
  if (method === 'clear: cases written again without the messages')
    return [
      'The files of the cases that had the messages were written again without them, or removed.',
      'Blocks that the file system has freed may stay on the medium until they are used again.',
    ];
  return [
    agree`${bags.length} bag[s] [was|were] written again without the recordings, or removed:`,
    ...bags.map((bag) => `  ${bag}`),
    'Blocks that the file system has freed may stay on the medium until they are used again.',
  ];
}
