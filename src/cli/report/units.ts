import { count, counted, sizeText } from '../../core/words/quantity.ts';
import { shellWord as quoted } from '../../core/words/shell-word.ts';

/** Quotes a path for a shell. */
export const shellWord = quoted;

/** Returns the summary's line about unreadable parts of a source. */
export function unreadText(unread: number): string {
  return `${counted(unread, 'part')} of the source could NOT be read; each is listed above with its reason. Fix the cause and run again.`;
}

/** Formats a size, e.g. `512 B` or `1.4 MB`, in powers of ten, as for disks. */
export const bytes = sizeText;

/** Formats a duration, e.g. `7.6 s`, `3 min 20 s`, `12 h 5 min`. */
export function duration(ms: number): string {
  if (ms < 59_950) return `${(ms / 1_000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1_000);
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  return `${count(Math.floor(minutes / 60))} h ${minutes % 60} min`;
}

/** Formats a position in a recording as players do: `0:07`, `12:05`, `1:02:03`. */
export function clock(ms: number): string {
  const seconds = Math.floor(ms / 1_000);
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60];
  const padded = String(seconds % 60).padStart(2, '0');
  return hours === 0 ? `${minutes}:${padded}` : `${hours}:${String(minutes).padStart(2, '0')}:${padded}`;
}

/** Lays out rows in columns padded to the widest cell, except for the last. Numbers are right-aligned. */
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

/** Returns the line of an export about unreadable files. */
export function unreachableText(files: number): string {
  return `${counted(files, 'file')} could NOT be read now and were left out; run again.`;
}
