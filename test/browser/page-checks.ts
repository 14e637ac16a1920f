import { en } from '../../src/page/texts/en.ts';
import { languages } from '../../src/page/texts/index.ts';
import { axeViolations, type EvaluatingPage } from './chromium.ts';

/** Problems of a page: elements wider than the window or their container, texts of another language, violations of WCAG 2.1 A and AA. */
export async function faultsOf(page: EvaluatingPage, tag: string): Promise<string[]> {
  const { cut, texts } = (await page.evaluate(`(${look.toString()})()`)) as Seen; // the type of its result
  return [...cut, ...untranslated(texts, tag), ...(await axeViolations(page))];
}

interface Seen {
  readonly cut: readonly string[];
  readonly texts: readonly string[];
}

/** Runs in the page. */
function look(): Seen {
  const cut: string[] = [];
  const told = (element: Element): string =>
    `${element.tagName.toLowerCase()}.${element.getAttribute('class') ?? ''} "${(element.textContent ?? '').trim().slice(0, 40)}"`;
  const { scrollWidth } = document.documentElement;
  if (scrollWidth > innerWidth) cut.push(`the page is ${scrollWidth} pixels wide in a window of ${innerWidth}`);
  const isScrolled = (element: Element | null): boolean =>
    element !== null && (/auto|scroll/.test(getComputedStyle(element).overflowX) || isScrolled(element.parentElement));
  const isSeen = (element: Element): boolean => element.checkVisibility({ visibilityProperty: true }) && element.getBoundingClientRect().width > 2;
  for (const dialog of document.querySelectorAll('dialog[open]'))
    if (dialog.scrollWidth > dialog.clientWidth) cut.push(`wider than its dialog: ${told(dialog)}`);
  const top = document.querySelector('dialog[open]') ?? document.body;
  for (const element of top.querySelectorAll('button, a, input, select, textarea, summary')) {
    if (!isSeen(element)) continue;
    const { left, right } = element.getBoundingClientRect();
    if ((left < -0.5 || right > innerWidth + 0.5) && !isScrolled(element.parentElement)) cut.push(`outside of the window: ${told(element)}`);
    // An ellipsis marks text that is cut off on purpose.
    const isShortened = getComputedStyle(element).textOverflow === 'ellipsis' || element.matches('input, select, .bar, .play, .edge');
    if (!isShortened && element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 0) cut.push(`wider than itself: ${told(element)}`);
  }
  const texts: string[] = [];
  // Names, numbers and commands of the archive have no language; names of languages are in their own.
  const isData = (element: Element | null): boolean => element?.closest('bdi, code, pre, option[lang], script, style, .cell.colCodec') != null;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) if (!isData(node.parentElement)) texts.push(node.textContent ?? '');
  for (const name of ['aria-label', 'title', 'placeholder', 'alt'])
    for (const element of document.querySelectorAll(`[${name}]`)) if (!isData(element)) texts.push(element.getAttribute(name) ?? '');
  return { cut, texts: texts.map((text) => text.trim()).filter((text) => text !== '') };
}

/** Keys in place of texts, placeholders that were not filled, and English in another language. */
function untranslated(texts: readonly string[], tag: string): string[] {
  const own = new Set<string>(Object.values(languages[tag] ?? {}));
  // Keys of one short word also occur as words in data.
  const keys = Object.keys(en).filter((key) => /[A-Z-]/.test(key));
  const foreign = new Set<string>([...keys, ...(tag === 'en' ? [] : Object.values(en))].filter((text) => !own.has(text)));
  return [...new Set(texts.filter((text) => foreign.has(text) || /\{\w+\}/.test(text)))].map((text) => `no text of the language: ${text}`);
}
