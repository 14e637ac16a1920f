import { printable } from '../../core/words/printable.ts';
import { count } from '../../core/words/quantity.ts';
import { pageStyle } from './page-style.ts';

/** Largest number of characters of an untrusted text on a page. */
const shownCharacters = 240;

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** HTML that is safe in a page: only the functions of this file create it. */
export interface Html {
  readonly html: string;
}

/** Converts a text to HTML: escapes hidden characters and HTML, truncates very long texts. */
export function text(value: string | number): Html {
  if (typeof value === 'number') return { html: count(value) };
  const cut = value.length > shownCharacters ? `${[...value].slice(0, shownCharacters).join('')}…` : value;
  return { html: escaped(printable(cut.toWellFormed())) };
}

/** Converts a trusted text, without truncation. */
export function words(value: string): Html {
  return { html: escaped(value) };
}

function escaped(value: string): string {
  return value.replace(/[&<>"']/g, (character) => entities[character] ?? '');
}

/** Creates HTML from a template, as in `html\`<p>${value}</p>\``. Values that are not HTML are escaped; lists are joined. */
export function html(parts: TemplateStringsArray, ...values: readonly (string | number | Html | readonly Html[])[]): Html {
  const shown = values.map((value) => {
    if (typeof value === 'string' || typeof value === 'number') return text(value).html;
    return 'html' in value ? value.html : value.map((each) => each.html).join('');
  });
  return { html: parts.map((part, index) => part + (shown[index] ?? '')).join('') };
}

/** Empty HTML. */
export const nothing: Html = { html: '' };

/** Formats a length of audio: `14 s`, `3.5 min`, `12.5 h`, `1,234 h`. */
export function length(ms: number): string {
  if (ms < 60_000) return `${count(ms / 1_000)} s`;
  if (ms < 3_600_000) return `${(ms / 60_000).toFixed(1)} min`;
  const hours = ms / 3_600_000;
  return `${hours < 100 ? hours.toFixed(1) : count(hours)} h`;
}

/** Formats a moment: `2019-03-12 09:15:04 UTC`. */
export function moment(iso: string): string {
  return iso.replace('T', ' ').replace(/(\.\d+)?Z$/, ' UTC');
}

/** A column of a table: its heading, and whether its cells contain numbers. */
export interface Column {
  readonly title: string;
  readonly number?: true;
}

/** Makes content that may be wider than the page scrollable by keyboard as well. */
export const scrollable: Html = { html: 'tabindex="0" role="group" aria-label="scrolls sideways"' };

/** Largest number of rows in a table of a page. */
const rowsShown = 500;

/** Writes a table. If there are too many rows, writes only the first and a remark. */
export function table(columns: readonly Column[], rows: readonly (readonly (string | number | Html)[])[], rest: string): Html {
  const cell = (value: string | number | Html, at: number): Html =>
    columns[at]?.number === true ? html`<td class="n">${value}</td>` : html`<td>${value}</td>`;
  const head = columns.map(({ title, number }) =>
    number === true ? html`<th class="n" scope="col">${title}</th>` : html`<th scope="col">${title}</th>`,
  );
  const body = rows.slice(0, rowsShown).map((row) => html`<tr>${row.map(cell)}</tr>\n`);
  const more = rows.length > rowsShown ? html`<p class="more">The first ${rowsShown} of ${rows.length}; the rest is in ${rest}.</p>` : nothing;
  return html`<div class="wide" ${scrollable}><table><thead><tr>${head}</tr></thead>\n<tbody>\n${body}</tbody></table></div>${more}\n`;
}

/** Writes a section with a heading that the page's table of contents can link to. */
export function section(id: string, title: string, ...body: readonly Html[]): Html {
  return html`<section id="${id}"><h2>${title}</h2>\n${body}</section>\n`;
}

/** Converts a longer untrusted text without truncation, keeping its line breaks. */
export function lines(value: string): Html {
  return {
    html: value
      .toWellFormed()
      .split(/\r\n|\r|\n/)
      .map((line) => escaped(printable(line)))
      .join('<br>'),
  };
}

/**
 * Writes a self-contained page that has no script and makes no request. The policy in its head makes browsers refuse both, even if a name in the page contains
 * markup.
 */
export function page(title: string, ...body: readonly Html[]): string {
  return pageOf({ title, policy: '', style: '' }, body);
}

/** Writes a page with audio: it may play audio files in its folder or below, and load nothing else. @param style further style rules */
export function pageWithSound(title: string, style: string, ...body: readonly Html[]): string {
  return pageOf({ title, policy: "; media-src 'self' file:", style }, body);
}

function pageOf(
  { title, policy, style }: { readonly title: string; readonly policy: string; readonly style: string },
  body: readonly Html[],
): string {
  const head = html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'${{ html: policy }}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${{ html: pageStyle + style }}</style>
</head>
<body>
<main>
${body}</main>
</body>
</html>
`;
  return head.html;
}
