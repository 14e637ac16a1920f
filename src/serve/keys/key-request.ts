import type { ErrorKind } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import type { FindingCode } from '../../core/findings/finding-table.ts';
import type { PageKeeping } from '../../core/page/data.ts';
import type { PipelineEvent } from '../../pipeline/events/events.ts';
import type { FileSecrets } from '../../sealing/keyring/page.ts';

// Messages between the serving process and the key agent. Both processes are longplay, but browsers talk to the serving process, so the agent trusts nothing
// that it says.

/** Action that the log must record before a key is given. */
export type KeyedAction = 'shown' | 'listened' | 'taken' | 'exported';

/** A request for secrets of one recording. */
export interface KeyRequest {
  /** Name of the session, as in its log entries. */
  readonly session: string;
  readonly recordingId: string;
  readonly action: KeyedAction;
  /** File whose secret is needed in addition to those of the description; null: none. Ignored for an export, which gets all secrets. */
  readonly file: string | null;
  /** Bags with files of the recording, e.g. `2019/20190312-4f2a…`. */
  readonly bags: readonly string[];
}

/** Asks what legal holds and the retention policy demand for a recording that is shown. */
export type KeepingRequest = Pick<KeyRequest, 'session' | 'recordingId'>;

/** What is done with cases: the list, one case with its messages, descriptions and rows of recordings that are read for it, all files of recordings that are handed over. */
export type CaseAction = 'listed' | 'shown' | 'read' | 'exported';

/** A request for secrets of cases. */
export interface CaseKeyRequest {
  readonly session: string;
  readonly action: CaseAction;
  /** Id of the case; null: all cases, for their list. */
  readonly caseId: string | null;
  /** Recordings that are read or handed over for the case. */
  readonly recordings: readonly { readonly recordingId: string; readonly bag: string }[];
}

/** Largest number of recordings per request for a case: as many as one log entry lists. */
export const mostCaseRecordings = limits.logDetailRecordings;

/** Secrets of cases and of their recordings, by page of the keyring and by cell. */
export type KeysByPage = Readonly<Record<string, Readonly<Record<string, FileSecrets | 'erased'>>>>;

/** Secrets of one recording, by bag. Bags that are not sealed are left out. */
export type KeysByBag = Readonly<Record<string, FileSecrets>>;

/** What the agent needs at the start. */
export interface AgentStart {
  readonly archiveDir: string;
  readonly temporary: string;
  /** Folder with this machine's signing keys and its memory of logs. */
  readonly keys: string;
}

/** A page for the details of log entries that the serving process writes, or for a change of a case. */
export interface SentPage {
  readonly page: string;
  readonly of: string;
  readonly cells: readonly (readonly [cell: string, secrets: FileSecrets])[];
}

/** A LongplayError in the form in which it is sent. */
export interface SentRefusal {
  readonly kind: ErrorKind;
  readonly code: FindingCode;
  readonly message: string;
  readonly hint: string;
}

/** Messages to the agent. */
export type ToAgent =
  | { readonly start: AgentStart }
  | { readonly id: number; readonly request: KeyRequest }
  | { readonly id: number; readonly caseRequest: CaseKeyRequest }
  | { readonly id: number; readonly keepingOf: KeepingRequest }
  | { readonly id: number; readonly page: SentPage };

/** Messages from the agent. */
export type FromAgent =
  | { readonly event: PipelineEvent }
  | { readonly ready: true; readonly catalogKey: string }
  | { readonly failed: SentRefusal | string }
  | { readonly id: number; readonly keys: KeysByBag }
  | { readonly id: number; readonly pages: KeysByPage }
  | { readonly id: number; readonly keeping: PageKeeping }
  | { readonly id: number; readonly added: true }
  | { readonly id: number; readonly refused: SentRefusal | string };
