import { h } from './base/dom.ts';
import type { Wording } from './base/wording.ts';

/** The button says for so long that it did. */
const shownMs = 2_500;

/** A button that copies the address of what is shown: a search, or a call. Null: this page may not write to the clipboard. */
export function copyLink({ text }: Wording, tell: (words: string) => void): HTMLElement | null {
  // Absent where the page came by http from another machine, whatever its type says.
  const clipboard: Clipboard | undefined = navigator.clipboard;
  if (clipboard === undefined) return null;
  const copy = async (): Promise<void> => {
    try {
      await clipboard.writeText(location.href);
      tell(text('linkCopied'));
      button.textContent = text('linkCopied');
      setTimeout(() => {
        button.textContent = text('linkCopy');
      }, shownMs);
    } catch (error) {
      tell(text('failed', { reason: error instanceof Error ? error.message : String(error) }));
    }
  };
  const button = h('button', { type: 'button', class: 'quiet', title: text('linkHint'), onclick: () => void copy() }, text('linkCopy'));
  return button;
}
