import { baseName } from '../../core/base/safe-path.ts';

/**
 * Matches extensions of files that are being written or copied: by WinSCP (.filepart), browsers (.crdownload), rsync (--partial-dir, -T), and
 * recorders that rename a file when it is finished.
 */
const temporaryEndings = /\.(?:tmp|temp|part|partial|filepart|crdownload|download|swp|lock|inprogress|writing|incomplete)$/i;

/**
 * Returns true for the name of a file that will still be renamed. rsync(1) and SFTP servers begin such names with a dot; office programs and editors
 * begin or end them with `~`.
 */
export function isTemporaryName(path: string): boolean {
  const name = baseName(path);
  return /^[.~]|~$/.test(name) || temporaryEndings.test(name);
}

/**
 * State of a recording according to the sizes in its header. `unfinished`: the header will be written again when the call ends; `empty`: no audio
 * yet; `complete`: the header states the actual size of the file, or no size.
 */
export type HeaderState = 'unfinished' | 'empty' | 'complete';

/** Largest number of chunks before `data` that are read. */
const mostChunks = 16;

/**
 * RIFF size that a program writes if it does not know the size: it is not in Multimedia Programming Interface 1.0, but FFmpeg and sox write it into
 * pipes.
 */
const unknownSize = 0xffffffff;

/**
 * Returns the state of a file from its size and, for RIFF WAVE, its header. Recorders, e.g. Asterisk's format_wav.c, write the header first and fill
 * in its sizes when they close the file.
 * @param head first bytes of the file
 */
export function headerState(head: Uint8Array, sizeBytes: number): HeaderState {
  if (sizeBytes === 0) return 'empty';
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const tag = (at: number): string => (at + 4 <= head.length ? String.fromCharCode(...head.subarray(at, at + 4)) : '');
  if (tag(0) !== 'RIFF') return 'complete';
  // The header itself is incomplete.
  if (head.length < 12) return 'unfinished';
  if (tag(8) !== 'WAVE') return 'complete';
  const riffSize = view.getUint32(4, true);
  // The byte of padding may be missing, or may not be counted.
  if (riffSize === unknownSize || riffSize + 8 > sizeBytes + 1) return 'unfinished';
  for (let at = 12, chunk = 0; at + 8 <= head.length && chunk < mostChunks; chunk++) {
    const size = view.getUint32(at + 4, true);
    if (tag(at) === 'data') {
      const end = at + 8 + size;
      if (size === 0 && sizeBytes <= at + 9) return 'empty';
      const isWhole = riffSize + 8 >= sizeBytes - 1;
      return end > sizeBytes + 1 || (size === 0 && !isWhole) ? 'unfinished' : 'complete';
    }
    at += 8 + size + (size % 2);
  }
  return riffSize === 0 ? 'unfinished' : 'complete';
}

/**
 * Returns true for a table to which rows are appended as lines, i.e. text whose first line is a JSON object or has cells. A document is no such
 * table: half of it would mean something else.
 */
export function isLineTable(head: Uint8Array): boolean {
  const text = Buffer.from(head.buffer, head.byteOffset, head.byteLength)
    .toString('latin1')
    .replace(/^\xef\xbb\xbf/, '');
  if (text === '' || /[\x00-\x08\x0b\x0c\x0e-\x1f]/.test(text)) return false;
  const [first = '', ...more] = text.split('\n');
  if (/^\s*</.test(first)) return false;
  if (!/^\s*[[{]/.test(first)) return /[,;\t|]/.test(first);
  return more.length > 0 && /^\s*\{/.test(first) && isJson(first);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Returns true for the name of a table, a document or a configuration: such files also change when nothing is recorded. */
export function isDocumentName(path: string): boolean {
  return /\.(?:csv|tsv|txt|log|xml|json|jsonl|ndjson|sql|db|sqlite3?|conf|cfg|ini|toml|md5|sha256)(?:[-.]\d[\w-]*)?$/i.test(baseName(path));
}
