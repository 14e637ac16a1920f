import type { CaseDocument } from '../../archive/documents/case-json.ts';
import type { CaseMessage } from '../messages/message.ts';
import type { Timeline } from '../timeline/timeline.ts';
import type { CustodyEntry } from './custody.ts';
import type { ExportedRecording } from './export-parts.ts';
import type { Scope } from './scope.ts';
import type { WithheldLine } from './withheld.ts';

/** Everything that the pages of an exported case tell. */
export interface CaseAccount {
  readonly document: CaseDocument;
  readonly archive: { readonly id: string; readonly name: string };
  readonly madeAt: string;
  readonly madeBy: string | null;
  /** The key that signs the log of the archive; null: the log names none. */
  readonly key: string | null;
  readonly custody: readonly CustodyEntry[];
  readonly exported: readonly ExportedRecording[];
  readonly messages: readonly { readonly set: number; readonly message: CaseMessage }[];
  readonly timeline: Timeline;
  readonly missing: { readonly corrupt: number; readonly proofs: number };
  readonly masked: boolean;
  /** `document` is not as it lies in the archive: what it says of withheld items is left out. */
  readonly isReduced: boolean;
  /** Recordings that were to be handed over. */
  readonly wanted: number;
  readonly withheld: readonly WithheldLine[];
  /** Recordings that are about the person perhaps, and of which nobody decided; those that are left out by decision. */
  readonly undecided: number;
  readonly denied: number;
  readonly scope: Scope;
}
