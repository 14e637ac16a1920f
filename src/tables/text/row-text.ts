import { memoryReader } from '../../core/base/bytes.ts';
import { chooseEncoding, decodeBytes, recordText } from './encoding.ts';

/** Returns the text of a row, whose encoding is detected from its own bytes, without its line end. */
export async function rowText(bytes: Uint8Array, signal: AbortSignal): Promise<string> {
  const { choice } = await chooseEncoding(memoryReader(bytes, ''), 'windows-1252', signal);
  const { scanned, decode } = recordText(choice);
  return decode(decodeBytes(bytes.subarray(choice.bomBytes), scanned.encoding)).replace(/[\r\n]+$/, '');
}
