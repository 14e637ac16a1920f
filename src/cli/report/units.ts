import { sizeText } from '../../core/words/quantity.ts';
import { shellWord as quoted } from '../../core/words/shell-word.ts';

/** `1,234`: figures for people; never for `--json`. */
export function count(value: number): string {
  // As toLocaleString('en-US') has it, which loads the rules of all languages first: a hundredth of a second.
  return String(Math.round(value)).replace(/\B(?=(?:\d{3})+$)/g, ',');
}

/** `1 recording`, `3 recordings`. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** A path as a shell takes it. */
export const shellWord = quoted;

/** The line of a summary about parts of a source that could not be read. */
export function unreadText(unread: number): string {
  return `${counted(unread, 'part')} of the source could NOT be read; each is listed above with its reason. Fix the cause and run again.`;
}

/** `512 B`, `1.4 MB`: powers of ten, as disks are sold. */
export const bytes = sizeText;

/** `7.6 s`, `3 min 20 s`, `12 h 5 min`. */
export function duration(ms: number): string {
  if (ms < 59_950) return `${(ms / 1_000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1_000);
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  return `${count(Math.floor(minutes / 60))} h ${minutes % 60} min`;
}

/** A place in a recording as players show it: `0:07`, `12:05`, `1:02:03`. */
export function clock(ms: number): string {
  const seconds = Math.floor(ms / 1_000);
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60];
  const padded = String(seconds % 60).padStart(2, '0');
  return hours === 0 ? `${minutes}:${padded}` : `${hours}:${String(minutes).padStart(2, '0')}:${padded}`;
}

/** Columns padded to the widest cell; the last is left as it is. Numbers are set right. */
export function table(rows: readonly (readonly (string | number)[])[], indent = ''): string {
  const texts = rows.map((row) => row.map((cell) => (typeof cell === 'number' ? count(cell) : cell)));
  const widths: number[] = [];
  for (const row of texts) for (const [column, text] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, [...text].length);
  return texts
    .map(
      (row, line) =>
        indent +
        row
          .map((text, column) => {
            const fill = ' '.repeat((widths[column] ?? 0) - [...text].length);
            if (typeof rows[line]?.[column] === 'number') return fill + text;
            return column === row.length - 1 ? text : text + fill;
          })
          .join('  ')
          .trimEnd(),
    )
    .join('\n');
}

/** What an export says of files that the machine does not give. */
export function unreachableText(files: number): string {
  return `${counted(files, 'file')} could NOT be read now and were left out; run again.`;
}
