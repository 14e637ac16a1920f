import { LongplayError } from '../../core/base/error.ts';
import type { FileSecrets } from '../keyring/page.ts';
import { openKeys } from '../open-keys.ts';

/**
 * Returns the secrets in one cell of a page that belongs to something else than a bag, e.g. a report. Only for the thread that unlocked the keyring.
 * @param what it is, for messages, e.g. "the report of an import"
 * @throws LongplayError K203, K204; what reading the keyring throws
 */
export function pageSecrets(page: string, cell: string, what: string): FileSecrets {
  const found = openKeys().secretsOf(page, cell);
  if (found === 'erased')
    throw new LongplayError('incomplete', 'K204', `${what} was erased: its secrets were destroyed`, 'the log has its entry: longplay log ARCHIVE');
  if (found === null)
    throw new LongplayError(
      'incomplete',
      'K203',
      `the keyring has no secrets of ${what}`,
      'bring its copies together with `longplay keyring sync`, then run again',
    );
  return found;
}
