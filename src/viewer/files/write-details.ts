import type { ListedBag } from '../../archive/documents/viewer-list.ts';
import { findingTable } from '../../core/findings/finding-table.ts';
import type { RecordingDocument } from '../../core/model/recording-document.ts';
import type { CodeMeaning } from '../../core/page/data.ts';
import { type DetailScript, monthOf, viewerVersion } from '../../core/page/viewer-data.ts';
import { timeForSorting } from '../../store/catalog/catalog-entry.ts';
import { dataScript } from './data-script.ts';
import type { ViewerFiles } from './viewer-files.ts';

const scriptDocuments = 50;
/** Length of JSON at which a script is closed even if it could hold more documents. */
const scriptCharacters = 2 * 1024 * 1024;

/** Returns the name of a bag's detail script, without extension. */
export function detailName(bag: string, index: number): string {
  return `details/${bag}/${index}`;
}

/** Returns the path of a data script in the viewer's folder. */
export function scriptPath(name: string): string {
  return `data/${name}.js`;
}

/** Writes the documents of a bag, which come in order of their ids. */
export async function writeDetails(files: ViewerFiles, bag: string, documents: Iterable<RecordingDocument>): Promise<ListedBag> {
  const details: string[] = [];
  const months = new Set<string>();
  let open: RecordingDocument[] = [];
  let characters = 0;
  const close = async (): Promise<void> => {
    const [first] = open;
    if (first === undefined) return;
    const name = detailName(bag, details.length);
    details.push(first.recordingId);
    const script: DetailScript = { version: viewerVersion, documents: open, codes: meaningsOf(open) };
    await files.put(scriptPath(name), dataScript(name, script));
    open = [];
    characters = 0;
  };
  for (const document of documents) {
    const length = JSON.stringify(document).length;
    if (open.length >= scriptDocuments || (open.length > 0 && characters + length > scriptCharacters)) await close();
    open.push(document);
    characters += length;
    const { recording, media } = document;
    const start = recording.callStart ?? media.find((medium) => medium.audioStart !== null)?.audioStart ?? null;
    months.add(monthOf(timeForSorting(start)));
  }
  await close();
  return { details, months: [...months].sort() };
}

/** Returns the name of the script that contains a recording of a bag. */
export function detailOf(bag: string, { details }: ListedBag, recordingId: string): string {
  let at = 0;
  while (at + 1 < details.length && (details[at + 1] ?? '') <= recordingId) at++;
  return detailName(bag, at);
}

/** Returns the meanings of the finding codes in documents. */
export function meaningsOf(documents: readonly RecordingDocument[]): Record<string, CodeMeaning> {
  const found = documents.flatMap(({ findings, media }) => [...findings, ...media.flatMap((medium) => medium.findings)]);
  const meanings: Record<string, CodeMeaning> = {};
  for (const { code } of found) {
    const entry = findingTable.get(code);
    if (entry !== undefined) meanings[code] = { severity: entry.severity, title: entry.title, meaning: entry.meaning, next: entry.next };
  }
  return meanings;
}
