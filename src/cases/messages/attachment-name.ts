import { extname } from 'node:path';

/**
 * Endings that neither a browser nor a desktop runs when somebody clicks on them: sound, pictures, films, plain text, documents. Not among them are pages, pictures and scripts that
 * run what a stranger wrote (.html, .svg, .xml, .js), programs, and unknown endings: browsers guess the type of such a file, and may guess a page.
 */
const inert: ReadonlySet<string> = new Set(
  [
    ['aac', 'amr', 'flac', 'm4a', 'mp3', 'oga', 'ogg', 'opus', 'wav', 'wma'],
    ['bmp', 'gif', 'heic', 'jpeg', 'jpg', 'png', 'tif', 'tiff', 'webp'],
    ['avi', 'mkv', 'mov', 'mp4', 'webm'],
    ['bin', 'csv', 'eml', 'ics', 'json', 'log', 'txt', 'vcf', 'vcon'],
    ['doc', 'docx', 'msg', 'odp', 'ods', 'odt', 'pdf', 'ppt', 'pptx', 'rtf', 'xls', 'xlsx'],
    ['7z', 'gz', 'zip'],
  ].flat(),
);

/** Name of an attachment in a case: of its own name nothing is kept but what kind of file it says to be. What could run when it is clicked on ends in `.bin`. */
export function attachmentName(number: number, filename: string | null): string {
  const ending = /\.[a-z0-9]{1,8}$/i.exec(filename ?? '')?.[0].toLowerCase() ?? '.bin';
  const name = `attachment-${number}${ending}`;
  return isInert(name) ? name : `${name}.bin`;
}

/** False for a file that may run what a stranger wrote once it is opened: a page may name it, and not link it. */
export function isInert(path: string): boolean {
  return inert.has(extname(path).slice(1).toLowerCase());
}
