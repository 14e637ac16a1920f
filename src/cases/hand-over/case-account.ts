import type { CaseDocument } from '../../archive/documents/case-json.ts';
import type { CaseMessage } from '../messages/message.ts';
import type { Timeline } from '../timeline/timeline.ts';
import type { CustodyEntry } from './custody.ts';
import type { ExportedRecording } from './export-parts.ts';
import type { Scope } from './scope.ts';
import type { WithheldLine } from './withheld.ts';

/** Everything that the pages of an exported case show. */
export interface CaseAccount {
  readonly document: CaseDocument;
  readonly archive: { readonly id: string; readonly name: string };
  readonly madeAt: string;
  readonly madeBy: string | null;
  /** Key that signs the log of the archive; null if the log names none. */
  readonly key: string | null;
  readonly custody: readonly CustodyEntry[];
  readonly exported: readonly ExportedRecording[];
  readonly messages: readonly { readonly set: number; readonly message: CaseMessage }[];
  readonly timeline: Timeline;
  readonly missing: { readonly corrupt: number; readonly leftOut: number; readonly proofs: number };
  readonly masked: boolean;
  /** True if `document` omits withheld items and therefore differs from the one in the archive. */
  readonly isReduced: boolean;
  /** Number of recordings that were to be handed over. */
  readonly wanted: number;
  readonly withheld: readonly WithheldLine[];
  /** Number of undecided recordings that may involve the data subject; below, the number of those omitted by decision. */
  readonly undecided: number;
  readonly denied: number;
  readonly scope: Scope;
}
