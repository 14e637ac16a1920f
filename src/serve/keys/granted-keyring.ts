import { AsyncLocalStorage } from 'node:async_hooks';
import type { Keyring } from '../../sealing/keyring/keyring.ts';
import type { FileSecrets } from '../../sealing/keyring/page.ts';
import type { KeyAgentProcess } from './agent-process.ts';
import type { KeysByPage } from './key-request.ts';

/** Number of bundles whose pages are remembered, because entries are written to the last bundle. */
const mostPages = 4;
/** Number of answers of the agent that are kept for the next recordings that a search reads. */
const mostPassing = 2;

/** Secrets that one piece of work received from the key agent or made itself. */
export interface GrantedKeys {
  /** Keeps secrets until the work ends if `isLasting`; otherwise until the work has received a few more answers. */
  put(keys: KeysByPage, isLasting: boolean): void;
  secretsOf(page: string, cell: string): FileSecrets | 'erased' | null;
}

/** The secrets of the work that is running now. Secrets for one request open nothing for another request that runs at the same time. */
const working = new AsyncLocalStorage<GrantedKeys>();

/** Runs work with secrets of its own, which are forgotten when it ends. */
export async function withGrantedKeys<Result>(work: (granted: GrantedKeys) => Promise<Result>): Promise<Result> {
  const granted = createGrantedKeys();
  return await working.run(granted, () => work(granted));
}

function createGrantedKeys(): GrantedKeys {
  const lasting = new Map<string, Map<string, FileSecrets | 'erased'>>();
  const passing: KeysByPage[] = [];
  return {
    put: (keys, isLasting) => {
      if (!isLasting) {
        passing.unshift(keys);
        if (passing.length > mostPassing) passing.pop();
        return;
      }
      for (const [page, cells] of Object.entries(keys)) {
        const known = lasting.get(page) ?? new Map<string, FileSecrets | 'erased'>();
        lasting.set(page, known);
        for (const [cell, secrets] of Object.entries(cells)) known.set(cell, secrets);
      }
    },
    secretsOf: (page, cell) => lasting.get(page)?.get(cell) ?? passing.find((keys) => keys[page]?.[cell] !== undefined)?.[page]?.[cell] ?? null,
  };
}

/**
 * Creates the keyring of a serving process. It adds pages for the details of the process's own log entries and for changes of cases. Its only secrets are those
 * that it made itself and those that the agent gave for the running work. The details of other runs therefore stay sealed.
 */
export function createGrantedKeyring(agent: Pick<KeyAgentProcess, 'addPage'>): Keyring {
  const own = new Map<string, ReadonlyMap<string, FileSecrets>>();
  const secretsOf: Keyring['secretsOf'] = (page, cell) => own.get(page)?.get(cell) ?? working.getStore()?.secretsOf(page, cell) ?? null;
  return {
    id: 'key agent',
    session: null,
    addPage: async (page) => {
      await agent.addPage(page);
      const work = working.getStore();
      // Later work asks the agent for these secrets.
      if (page.of.startsWith('case ') && work !== undefined) {
        work.put({ [page.page]: Object.fromEntries(page.cells) }, true);
        return;
      }
      own.set(page.page, page.cells);
      const [oldest] = own.keys();
      if (own.size > mostPages && oldest !== undefined) own.delete(oldest);
    },
    secretsOf,
    cellsOf: (page) => (cell) => secretsOf(page, cell),
    close: () => own.clear(),
  };
}
