import { join } from 'node:path';
import { readTagFile } from '../../archive/bag/tag-file.ts';
import { agree } from '../../core/base/agree.ts';
import { refusalOf, systemCode } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import { type Finding, finding } from '../../core/findings/finding.ts';
import type { RecordingDocument } from '../../core/model/recording-document.ts';
import { type VconFile, vconOf } from './vcon.ts';
import { writeVcon } from './vcon-file.ts';

/** Requested content of the vCons of an export. */
export interface VconRequest {
  /** True: the exported files are embedded in the vCon. */
  readonly inline: boolean;
  /** An https URL that ends in `/`, below which the exported files will be available; null: unknown. */
  readonly baseUrl: string | null;
  /** Media types by format id. */
  readonly mediaTypes: ReadonlyMap<string, string>;
}

/**
 * Writes the vCon of a recording whose files have been exported and checked. Returns null if the recording cannot have one.
 * @throws LongplayError A107
 */
export function exportVcon(
  request: VconRequest,
  document: RecordingDocument,
  files: readonly VconFile[],
  where: { readonly archive: string; readonly bag: string; readonly out: string; readonly name: string },
): { readonly vcon: { readonly file: string; readonly sizeBytes: number; readonly sha256: string } | null; readonly findings: readonly Finding[] } {
  const { recordingId } = document;
  const baggingDate = baggingDateOf(where.bag);
  if (baggingDate === null) return { vcon: null, findings: [finding('P222', recordingId, 'bag-info.txt of its bag has no Bagging-Date')] };
  if (typeof baggingDate !== 'string') {
    const said = `bag-info.txt of its bag cannot be read (${baggingDate.refused}); its vCon was not written`;
    return { vcon: null, findings: [finding('P175', recordingId, said)] };
  }
  const findings: Finding[] = [];
  const isSmall = ({ file }: VconFile): boolean => file.sizeBytes <= limits.vconInlineBytes;
  const { vcon, hasDialog } = vconOf(document, files, {
    createdAt: `${baggingDate}T00:00:00Z`,
    archive: where.archive,
    mediaTypes: request.mediaTypes,
    baseUrl: request.baseUrl,
    inlines: (file) => request.inline && isSmall(file),
  });
  if (!hasDialog && files.length > 0)
    findings.push(
      finding(
        'P220',
        recordingId,
        `the start of the call is not known in UTC, so that it has no dialog; the vCon contains its files (${files.length}) as analysis`,
      ),
    );
  if (request.inline) {
    for (const { file } of files.filter((each) => !isSmall(each)))
      findings.push(
        finding('P221', recordingId, agree`${file.path} has ${file.sizeBytes} byte[s]; the limit for a file in a vCon is ${limits.vconInlineBytes}`),
      );
  }
  const names = new Map(files.map(({ file, name }) => [file.path, name]));
  const written = writeVcon(join(where.out, where.name), vcon, ({ path }) => join(where.out, names.get(path) ?? path));
  return { vcon: { file: where.name, ...written }, findings };
}

function baggingDateOf(bag: string): string | { readonly refused: string } | null {
  try {
    return /^Bagging-Date: (\d{4}-\d{2}-\d{2})$/m.exec(readTagFile(join(bag, 'bag-info.txt')).toString('utf8'))?.[1] ?? null;
  } catch (error) {
    if (systemCode(error) === null) throw error;
    const refused = refusalOf(error);
    return refused === null ? null : { refused };
  }
}
