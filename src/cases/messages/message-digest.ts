import { canonicalJson } from '../../core/base/canonical-json.ts';
import { sha256Hex } from '../../core/base/identifier.ts';
import type { CaseMessage } from './message.ts';

/**
 * Returns the digest by which a message is recognised if its file is added again: over what the message states, without its number in the file and without
 * the reading of its time, which depends on the options of an import.
 */
export function messageDigest({ time, from, to, channel, subject, text, attachments }: CaseMessage): string {
  const files = attachments.map(({ name, mediaType, sizeBytes }) => ({ name, mediaType, sizeBytes }));
  return sha256Hex(canonicalJson({ time: time?.raw ?? null, from, to, channel, subject, text, attachments: files }));
}
