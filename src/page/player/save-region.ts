import type { SoundSpan } from '../../core/time/wave-span.ts';
import { h } from '../base/dom.ts';
import type { Wording } from '../base/wording.ts';

/** A button or link that saves the selected part as WAV. */
export interface SaveRegion {
  readonly element: HTMLElement;
  show(span: SoundSpan | null): void;
}

/** Creates a link to the server. */
export function saveFromServer(address: (span: SoundSpan) => string, wording: Wording): SaveRegion {
  const element = h('a', { class: 'take', download: '' }, wording.text('regionSave'));
  return {
    element,
    show: (span) => {
      if (span !== null) element.href = address(span);
    },
  };
}

/** Creates a button that creates the file in the browser. @param make returns null if that failed; it has reported the failure */
export function saveFromHere(
  make: (span: SoundSpan) => Promise<{ readonly name: string; readonly bytes: Blob } | null>,
  wording: Wording,
): SaveRegion {
  let wanted: SoundSpan | null = null;
  const save = async (): Promise<void> => {
    if (wanted === null) return;
    element.disabled = true;
    try {
      const made = await make(wanted);
      if (made === null) return;
      const href = URL.createObjectURL(made.bytes);
      const link = h('a', { href, download: made.name, hidden: true });
      document.body.append(link);
      link.click();
      link.remove();
      // By then the browser has read the file.
      setTimeout(() => URL.revokeObjectURL(href), 60_000);
    } finally {
      element.disabled = false;
    }
  };
  const element = h('button', { type: 'button', onclick: () => void save() }, wording.text('regionSave'));
  return {
    element,
    show: (span) => {
      wanted = span;
    },
  };
}
