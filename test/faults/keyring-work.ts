import { readFileSync } from 'node:fs';
import { isTrouble } from '../../src/core/base/error.ts';
import { eraseSecrets } from '../../src/sealing/keyring/erase.ts';
import { openKeyring } from '../../src/sealing/keyring/keyring.ts';
import { removePages } from '../../src/sealing/keyring/remove-pages.ts';
import { openSession } from '../../src/sealing/keyring/session.ts';

// Steps that no command does alone: adds a page, removes it, or erases a cell of it. Arguments: add, remove or erase, folder of the keyring, file with the page as JSON.

const [, , action = '', folder = '', file = ''] = process.argv;
const { page, of, cells } = JSON.parse(readFileSync(file, 'utf8')) as {
  page: string;
  of: string;
  cells: readonly (readonly [string, Record<string, string>])[];
};
const access = { passphrase: async () => null, identities: async () => null };
const place = { folder, access, signal: new AbortController().signal };
try {
  if (action === 'add') {
    const keyring = await openKeyring(place);
    await keyring.addPage({ page, of, cells: new Map(cells) });
    keyring.close();
  } else if (action === 'remove') {
    await removePages(openSession(place), new Map([[page, of]]));
  } else {
    const { copies } = await eraseSecrets(openSession(place), [{ page, cell: cells[0]?.[0] ?? '', names: null }], '2026-03-01T12:00:00.000Z');
    if (copies.some(({ state }) => state === 'owed')) process.exitCode = 5;
  }
} catch (error) {
  if (!isTrouble(error)) throw error;
  process.exitCode = 5;
}
