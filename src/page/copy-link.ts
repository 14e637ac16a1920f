import { h } from './base/dom.ts';
import { failedText, type Wording } from './base/wording.ts';

/** How long the button confirms the copying. */
const shownMs = 2_500;

/** Creates a button that copies the address of the shown search or call. Null: this page may not use the clipboard. */
export function copyLink(wording: Wording, tell: (words: string) => void): HTMLElement | null {
  const { text } = wording;
  // Undefined, despite its type, if the page came by http from another machine.
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
      tell(failedText(error, wording));
    }
  };
  const button = h('button', { type: 'button', class: 'quiet', title: text('linkHint'), onclick: () => void copy() }, text('linkCopy'));
  return button;
}
