import type { ErrorKind } from '../../core/base/error.ts';
import type { FindingCode } from '../../core/findings/finding-table.ts';
import type { PipelineEvent } from '../../pipeline/events/events.ts';
import type { FileSecrets } from '../../sealing/keyring/page.ts';

// Messages between the serving process and the key agent. Both ends are longplay; the serving process is the one that talks to browsers, so the agent trusts none of its words.

/** Action that the log has to have before a key is handed out. */
export type KeyedAction = 'shown' | 'listened' | 'taken' | 'exported';

/** Asks for secrets of one recording. */
export interface KeyRequest {
  /** Name of the session, as its log entries have it. */
  readonly session: string;
  readonly recordingId: string;
  readonly action: KeyedAction;
  /** File whose secret is needed, beside those of the description; null: none. Without effect for an export, which gets all. */
  readonly file: string | null;
  /** Bags with files of the recording, e.g. `2019/20190312-4f2a…`. */
  readonly bags: readonly string[];
}

/** Secrets of one recording by bag. A bag that is not sealed is left out. */
export type KeysByBag = Readonly<Record<string, FileSecrets>>;

/** What the agent needs to begin. */
export interface AgentStart {
  readonly archiveDir: string;
  readonly temporary: string;
  /** Folder of this machine's signing keys and memory of logs. */
  readonly keys: string;
}

/** A page for the details of log entries that the serving process makes. */
export interface SentPage {
  readonly page: string;
  readonly of: string;
  readonly cells: readonly (readonly [cell: string, secrets: FileSecrets])[];
}

/** An error of longplay, as it is sent. */
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
  | { readonly id: number; readonly page: SentPage };

/** Messages from the agent. */
export type FromAgent =
  | { readonly event: PipelineEvent }
  | { readonly ready: true; readonly catalogKey: string }
  | { readonly failed: SentRefusal | string }
  | { readonly id: number; readonly keys: KeysByBag }
  | { readonly id: number; readonly refused: SentRefusal | string };
