import type { Keyring } from '../../sealing/keyring/keyring.ts';
import type { FileSecrets } from '../../sealing/keyring/page.ts';
import type { KeyAgentProcess } from './agent-process.ts';

/** Largest number of bundles whose pages are remembered, because entries are written to the last one. */
const mostPages = 4;

/**
 * Creates the keyring of a serving process. It adds pages for the details of the process's own log entries, and has no secrets except those that it made
 * itself. The details of other runs therefore stay sealed.
 */
export function createDetailsKeyring(agent: Pick<KeyAgentProcess, 'addPage'>): Keyring {
  const own = new Map<string, ReadonlyMap<string, FileSecrets>>();
  return {
    id: 'key agent',
    session: null,
    addPage: async (page) => {
      await agent.addPage(page);
      own.set(page.page, page.cells);
      const [oldest] = own.keys();
      if (own.size > mostPages && oldest !== undefined) own.delete(oldest);
    },
    secretsOf: (page, cell) => own.get(page)?.get(cell) ?? null,
    close: () => own.clear(),
  };
}
