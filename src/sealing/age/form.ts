import { agree } from '../../core/base/agree.ts';
import { AgeError } from './age-error.ts';
import { parseHeader } from './header.ts';
import { payloadLayout, payloadNonceBytes } from './payload.ts';

/**
 * Returns the number of bytes that an age file holds if it is undamaged. Opens nothing: only the form of its header and its size are checked.
 * @param bytes the whole file
 * @throws AgeError `header`, `payload`
 */
export function plainSizeOf(bytes: Uint8Array): number {
  const header = parseHeader(bytes);
  if (header === null) throw new AgeError('header', bytes.length === 0 ? 'it is empty' : 'it ends within its header');
  const layout = payloadLayout(bytes.length - header.sizeBytes - payloadNonceBytes);
  if (layout === null)
    throw new AgeError('payload', agree`an age file with this header cannot have ${bytes.length} byte[s]: it was truncated or extended`);
  return layout.plainSizeBytes;
}
