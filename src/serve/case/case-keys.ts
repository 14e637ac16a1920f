import { returnedError } from '../../cases/store/case-state.ts';
import type { FoundCase } from '../../cases/store/open-case.ts';
import type { CaseReading } from '../../cases/store/searched-archive.ts';
import { type CaseTools, findCase, findCaseId } from '../../cases/store/store.ts';
import { LongplayError } from '../../core/base/error.ts';
import { sha256Hex } from '../../core/base/identifier.ts';
import type { LogDetail } from '../../log/entries/log-entry.ts';
import { caseDeleted } from '../../log/read/case-digests.ts';
import type { Found } from '../../store/catalog/catalog.ts';
import { logAction, type ServerContext, type SignedInRequest } from '../answer/server-context.ts';
import { type GrantedKeys, withGrantedKeys } from '../keys/granted-keyring.ts';
import { type CaseKeyRequest, mostCaseRecordings } from '../keys/key-request.ts';

/**
 * Access of one request to the cases of the archive. In a sealed archive, each access is logged before the key agent is asked for keys. An open archive needs
 * no keys.
 */
export interface CaseAccess {
  /** Logs that the list of cases is shown, once per session and hour, and obtains the keys of the cases' documents. @throws LongplayError C115, K210, K211 */
  list(): Promise<void>;
  /** Reads a case. In a sealed archive, this is logged once per session and hour. @throws LongplayError usage C100; C101, C102, C115, C129; K203, K204, K210, K211 */
  open(id: string): Promise<FoundCase>;
  /** Logs that a case is shown, once per session and hour. @throws LongplayError C115 */
  enterShown(id: string): Promise<void>;
  /** Returns the source of keys for the recordings that work on a case reads; empty: the archive is open. */
  reading(id: string): { readonly reading?: CaseReading };
  /** Returns the source of keys for a hand-over, like `reading`. @param enter writes a log entry that names the permission to hand the case over */
  handingOver(id: string, enter: CaseTools['enter']): { readonly reading?: CaseReading };
}

/** Runs work on cases. In a sealed archive, the keys of the work are forgotten when it ends. */
export async function withCaseAccess<Result>(
  context: ServerContext,
  request: SignedInRequest,
  work: (access: CaseAccess) => Promise<Result>,
): Promise<Result> {
  const { keyAgent } = context;
  if (keyAgent === null) return await work(createAccess(context, request, null));
  return await withGrantedKeys(async (granted) => await work(createAccess(context, request, granted)));
}

function createAccess(context: ServerContext, request: SignedInRequest, granted: GrantedKeys | null): CaseAccess {
  const { archive, keyAgent } = context;
  const { name: session, loggedActions } = request.session;
  const enterOnce = async (key: string, enter: () => Promise<string | null>): Promise<void> => demandEntry(await loggedActions.once(key, enter));
  const enterListed = (): Promise<string | null> => logAction(context, request, 'cases-listed', {});
  const enterShown = (id: string): Promise<string | null> => logAction(context, request, 'case-shown', { case: id });
  /** Asks the agent for keys. If the agent has forgotten the log entry, the entry is written again. */
  const obtain = async (asked: Omit<CaseKeyRequest, 'session'>, isLasting: boolean, enterAgain: () => Promise<string | null>): Promise<void> => {
    if (keyAgent === null || granted === null) return;
    const ask = async (): Promise<void> => granted.put(await keyAgent.caseKeysFor({ ...asked, session }), isLasting);
    try {
      await ask();
    } catch (error) {
      if (!(error instanceof LongplayError) || error.code !== 'K210') throw error;
      demandEntry(await enterAgain());
      await ask();
    }
  };
  const openOnce = async (id: string): Promise<FoundCase> => {
    await obtain({ action: 'shown', caseId: id, recordings: [] }, true, () => enterShown(id));
    return findCase(archive, id);
  };
  const access: CaseAccess = {
    list: async () => {
      await enterOnce('cases-listed ', enterListed);
      await obtain({ action: 'listed', caseId: null, recordings: [] }, true, enterListed);
    },
    enterShown: (id) => enterOnce(`case-shown ${id}`, () => enterShown(id)),
    open: async (wanted) => {
      if (context.caseEntries(wanted).some(({ type }) => type === caseDeleted)) throw returnedError(archive, wanted);
      if (granted === null) return findCase(archive, wanted);
      const id = findCaseId(archive, wanted);
      await access.enterShown(id);
      try {
        return await openOnce(id);
      } catch (error) {
        if (!(error instanceof LongplayError) || error.code !== 'K203') throw error;
        // Another process may have changed the case after its keys were given.
        return await openOnce(id);
      }
    },
    reading: (id) => access.handingOver(id, undefined),
    handingOver: (id, enter) => {
      if (granted === null) return {};
      const enterRead = (rows: readonly Found[]): Promise<string | null> =>
        logAction(context, request, 'case-read', { case: id, recordings: rows.length }, { recordings: idsOf(rows) });
      return {
        reading: {
          obtain: async (rows, isOfCase) => {
            if (rows.length === 0) return;
            await enterOnce(`case-read ${id} ${sha256Hex(Buffer.from(idsOf(rows).join()))}`, () => enterRead(rows));
            await obtain({ action: 'read', caseId: id, recordings: placesOf(rows) }, isOfCase, () => enterRead(rows));
          },
          obtainFiles: async (rows) => {
            for (let at = 0; at < rows.length; at += mostCaseRecordings) {
              const some = rows.slice(at, at + mostCaseRecordings);
              const detail: LogDetail = { case: id, recordings: some.length };
              const enterBegun = async (): Promise<string | null> => (await enter?.('export-begun', detail, { recordings: idsOf(some) })) ?? null;
              demandEntry(await enterBegun());
              await obtain({ action: 'exported', caseId: id, recordings: placesOf(some) }, true, enterBegun);
            }
          },
        },
      };
    },
  };
  return access;
}

/** Checks that a log entry was written. @throws LongplayError C115 if it was not */
function demandEntry(refusal: string | null): void {
  if (refusal !== null) throw new LongplayError('incomplete', 'C115', refusal, 'fix that, then repeat the request');
}

function idsOf(rows: readonly Found[]): string[] {
  return rows.map(({ recordingId }) => recordingId);
}

function placesOf(rows: readonly Found[]): CaseKeyRequest['recordings'] {
  return rows.map(({ recordingId, bag }) => ({ recordingId, bag }));
}
