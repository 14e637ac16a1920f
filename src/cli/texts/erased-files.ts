import { agree } from '../../core/base/agree.ts';

/** Returns what a line of totals adds about files that were erased alone, which its other numbers do not count; empty if there are none. */
export function erasedText({ erasedFiles = 0 }: { readonly erasedFiles?: number }): string {
  return erasedFiles === 0 ? '' : agree`; ${erasedFiles} audio file[s] [was|were] erased`;
}
