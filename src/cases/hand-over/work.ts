import type { People } from '../../core/identity/people.ts';
import type { OpenedArchive } from '../../pipeline/open/open-archive.ts';
import type { AgeRecipient } from '../../sealing/age/identity.ts';
import type { CaseWork } from '../edit/edit-case.ts';
import type { DecodeCopy } from '../mask/muted-copy.ts';
import type { FoundCase } from '../store/open-case.ts';
import type { SearchedArchive } from '../store/searched-archive.ts';
import type { HandOverOptions } from './plan.ts';
import type { HandOverStamping } from './stamp-hand-over.ts';

/** A request to hand a case over. */
export interface CaseExportRequest extends HandOverOptions {
  /** Folder or zip to create; must not exist. */
  readonly out: string;
  readonly zip: boolean;
  /** Recipient for whom the zip is encrypted as an age file; absent: the zip is not encrypted. */
  readonly recipient?: AgeRecipient;
  /** Media types by format id. */
  readonly mediaTypes: ReadonlyMap<string, string>;
  /** Authority that time-stamps the checkpoint over the hand-over; absent: no time stamp. */
  readonly stamp?: HandOverStamping;
  /** Decodes Opus, to mute the channels of other persons. */
  readonly decodeOpus: DecodeCopy;
  /** Register of persons and lines; absent: none was given. */
  readonly people?: People;
  /** SHA-256 of the document for which the hand-over was permitted; absent: the document as it is when the case is locked. */
  readonly caseSha256?: string;
}

/** An archive that is open for handing a case over. */
export type CaseArchive = Pick<OpenedArchive, 'archive' | 'catalog'> & Pick<SearchedArchive, 'reading'>;

/** A case that is being handed over. */
export interface HandOverWork extends FoundCase {
  readonly opened: CaseArchive;
  readonly request: CaseExportRequest;
  readonly tools: CaseWork;
  readonly signal: AbortSignal;
}
