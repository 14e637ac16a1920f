import { readKey } from '../keys/key-store.ts';
import { logOrigin } from '../tree/checkpoint.ts';
import { noteKey, rawPublicKey } from '../tree/signed-note.ts';
import type { LogInspection } from './inspect-log.ts';

/**
 * Returns true if this machine's key signs the log at present; false also if the key cannot be read.
 * @param memory folder of this machine's keys and memory; null: no memory
 */
export async function isOwnKeyInForce(
  { id }: { readonly id: string | null },
  memory: string | null,
  found: Pick<LogInspection, 'keys' | 'size'>,
): Promise<boolean> {
  if (id === null || memory === null) return false;
  const own = await readKey(memory, id).catch(() => null);
  return own !== null && noteKey(logOrigin(id), rawPublicKey(own)).id === found.keys.inForce(found.size)?.id;
}
