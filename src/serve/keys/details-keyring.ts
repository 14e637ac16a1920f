import type { Keyring } from '../../sealing/keyring/keyring.ts';
import type { FileSecrets } from '../../sealing/keyring/page.ts';
import type { KeyAgentProcess } from './agent-process.ts';

/** Bundles whose pages are remembered: entries are written to the last one. */
const mostPages = 4;

/**
 * Creates the keyring of a serving process: it adds pages for the details of its own log entries, and has no other secret than those that it made itself. Anything else is
 * unknown to it, so details of other runs stay sealed.
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
