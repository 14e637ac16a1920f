import { awayReason } from '../../archive/bag-folders.ts';
import { LongplayError, systemCode } from '../../core/base/error.ts';
import { isOtherRecording, type ShownRecording } from '../../pipeline/open/query.ts';
import type { SecretsOf } from '../../sealing/stored/secrets-of.ts';
import type { Found } from '../../store/catalog/catalog.ts';
import { documentName, type NotOpened } from '../archive/stored-file.ts';
import { refusalAnswer } from './headers.ts';
import type { ServerContext } from './server-context.ts';

/**
 * Returns the answer for a file that cannot be served; counts the file, marks the call and warns the operator. A file counts as lost only if the rest of the
 * archive is reachable.
 */
export function unavailableAnswer(
  context: ServerContext,
  { bag, recordingId }: Pick<Found, 'bag' | 'recordingId'>,
  name: string,
  found: NotOpened,
): Response {
  const away = found.is === 'lost' ? awayReason(context.archive.dir, bag) : null;
  const { is, why } = away === null ? found : { is: 'unreachable' as const, why: `A102 archive unreachable: ${away}` };
  if (is === 'lost') context.servedFiles.lost(recordingId, name);
  if (is === 'altered') context.servedFiles.altered(recordingId, name);
  context.countUnavailable(is);
  const next = is === 'unreachable' ? 'check whether its disk is mounted' : nextStep(context.copiesOf(bag));
  context.warn(`bags/${bag}/data/${recordingId}/${name} cannot be served: ${why}; ${next}`);
  return is === 'unreachable' ? refusalAnswer(503, 'archive', { 'Retry-After': '5' }) : refusalAnswer(503, is === 'unreadable' ? 'damaged' : is);
}

/** Returns the document of a recording; an answer if the document is missing or altered. @throws other errors that prevent reading */
export function documentOr(context: ServerContext, row: Found, secretsOf: SecretsOf): ShownRecording | Response {
  try {
    return context.finder.document(row, secretsOf);
  } catch (error) {
    if (isOtherRecording(error) || (error instanceof LongplayError && error.code === 'K202'))
      return unavailableAnswer(context, row, documentName, { is: 'altered', why: 'it is not the archived one' });
    const code = systemCode(error);
    if (code !== 'ENOENT' && code !== 'ENOTDIR') throw error;
    return unavailableAnswer(context, row, documentName, { is: 'lost', why: code });
  }
}

/**
 * Checks that the archive is still reachable during an export of many files; otherwise every remaining file would be reported as lost.
 * @throws LongplayError A102
 */
export function demandArchive(context: ServerContext, bag: string): void {
  const away = awayReason(context.archive.dir, bag);
  if (away !== null) throw new LongplayError('incomplete', 'A102', `archive unreachable: ${away}`, 'check whether its disk is mounted');
}

/** Returns the operator's next step. @param replicas names of replicas that have the bag */
function nextStep(replicas: readonly string[]): string {
  return replicas.length === 0 ? 'run longplay verify' : `repair it from ${replicas.join(', ')}: longplay replica repair`;
}
