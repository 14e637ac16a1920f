import { join } from 'node:path';
import { indexedStates } from '../../archive/bag/payload-state.ts';
import { openArchive } from '../../archive/layout.ts';
import { LongplayError } from '../../core/base/error.ts';
import { withResult } from '../../core/base/with-result.ts';
import type { PageKeeping } from '../../core/page/data.ts';
import { provideMemory } from '../../log/keys/machine-memory.ts';
import type { PipelineEvent } from '../../pipeline/events/events.ts';
import { isWritable, openForReading } from '../../pipeline/open/open-archive.ts';
import type { FileSecrets } from '../../sealing/keyring/page.ts';
import { unlockKeys } from '../../sealing/open-keys.ts';
import { atRestOf, unlockArchive } from '../../sealing/stored/archive-secrets.ts';
import { keyringSecrets } from '../../sealing/stored/secrets-of.ts';
import { createCatalogReader } from '../../store/catalog/catalog-reader.ts';
import { createServedKeeping } from '../archive/served-keeping.ts';
import { followReceipts } from './access-receipts.ts';
import { caseKeysFor, descriptionNames, isBagName } from './case-keys.ts';
import type { AgentStart, CaseKeyRequest, KeepingRequest, KeyRequest, KeysByBag, KeysByPage, SentPage } from './key-request.ts';

/** Gives the secrets of single recordings whose access the log records. This process must have the keyring. */
export interface KeyAgent {
  /** Key of the catalog, in hexadecimal. */
  readonly catalogKey: string;
  /** Returns secrets of a recording. @throws LongplayError K210 if the log has no entry for the access; K203, K204; L105 */
  keysFor(request: KeyRequest): Promise<KeysByBag>;
  /** Returns secrets for work on cases. @throws LongplayError K210 if the log has no entry for the access; L105 */
  caseKeysFor(request: CaseKeyRequest): Promise<KeysByPage>;
  /** Returns what legal holds and the retention policy demand for a recording; lists and rules are sealed. @throws LongplayError K210 if the log has no entry that the recording is shown; L105 */
  keepingOf(request: KeepingRequest): Promise<PageKeeping>;
  /** Adds a page for details of log entries, or for the change of a case. @throws LongplayError K210 for a page of anything else; as `Keyring.addPage` */
  addPage(page: SentPage): Promise<void>;
}

/**
 * Updates the catalog, for which it reads the documents of new bags, then follows the log.
 * @param tell receives the events of updating the catalog
 * @throws errors of opening the archive and its keyring; LongplayError L105
 */
export async function openKeyAgent(
  { archiveDir, temporary, keys }: AgentStart,
  tell: (event: PipelineEvent) => void,
  signal: AbortSignal,
): Promise<KeyAgent> {
  provideMemory(keys);
  const archive = await openArchive(archiveDir);
  // An agent with a user of its own may not write into the archive; there imports keep the catalog up to date.
  if (isWritable(archiveDir)) await updateCatalog(archiveDir, temporary, tell, signal);
  else await unlockArchive(archive);
  const { catalogKey } = atRestOf(archive);
  const receipts = await followReceipts(archive, keys, () => performance.now());
  const catalog = createCatalogReader(join(archive.dir, 'catalog.sqlite'), catalogKey, indexedStates(archive.dir));
  const keeping = createServedKeeping(archive, { catalog, known: () => receipts.keeping(), now: () => new Date().toISOString() });
  return {
    catalogKey: Buffer.from(catalogKey ?? []).toString('hex'),
    keysFor: async (request) => {
      const { recordingId, action, file, bags } = request;
      if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(recordingId) || !bags.every(isBagName)) throw noEntry(request);
      if (!(await receipts.has(request))) throw noEntry(request);
      const found: Record<string, FileSecrets> = {};
      for (const bag of bags) {
        const secrets = keyringSecrets(join(archive.dir, 'bags', bag, 'data', recordingId));
        if (secrets === null) continue;
        const names = action === 'exported' ? Object.keys(secrets) : [...descriptionNames, ...(file === null ? [] : [file])];
        found[bag] = Object.fromEntries(names.flatMap((name) => (secrets[name] === undefined ? [] : [[name, secrets[name]]])));
      }
      return found;
    },
    caseKeysFor: (request) => caseKeysFor(archive, receipts, request),
    keepingOf: async (request) => {
      const asked = { ...request, action: 'shown', file: null } as const;
      if (!(await receipts.has(asked))) throw noEntry({ ...asked, bags: [] });
      return await keeping.of(request.recordingId, signal);
    },
    addPage: async ({ page, of, cells }) => {
      if (!/^(?:details \d+|case \d{8}-[0-9a-f]{8})$/.test(of))
        throw new LongplayError('incomplete', 'K210', `the server may not add a page of ${of.slice(0, 40)} to the keyring`, 'report it');
      const keyring = await unlockKeys();
      await keyring.addPage({ page, of, cells: new Map(cells) });
    },
  };
}

async function updateCatalog(archiveDir: string, temporary: string, tell: (event: PipelineEvent) => void, signal: AbortSignal): Promise<void> {
  const taken = withResult(openForReading(archiveDir, temporary, signal));
  for await (const event of taken) tell(event);
  taken.result()[Symbol.dispose]();
}

function noEntry({ recordingId, action }: KeyRequest): LongplayError {
  return new LongplayError(
    'incomplete',
    'K210',
    `no key of recording ${recordingId} was handed out: the log has no entry of this session that it was ${action}`,
    'run: longplay log verify ARCHIVE',
  );
}
