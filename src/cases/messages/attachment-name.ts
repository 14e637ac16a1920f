import { extname } from 'node:path';

/**
 * Extensions that neither browsers nor desktops execute on a click: audio, images, video, plain text, documents. Not listed are pages, images and scripts that
 * may run a stranger's code (.html, .svg, .xml, .js), programs, and unknown extensions, whose type browsers guess, possibly as a page.
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

/**
 * Returns the name of an attachment in a case. Of the sender's name, only the claimed file type is kept. Every file that a click could execute gets the
 * extension `.bin`.
 */
export function attachmentName(number: number, filename: string | null): string {
  const ending = /\.[a-z0-9]{1,8}$/i.exec(filename ?? '')?.[0].toLowerCase() ?? '.bin';
  const name = `attachment-${number}${ending}`;
  return isInert(name) ? name : `${name}.bin`;
}

/** Returns false for a file that may run a stranger's code when opened. A page may name such a file, but must not link to it. */
export function isInert(path: string): boolean {
  return inert.has(extname(path).slice(1).toLowerCase());
}
