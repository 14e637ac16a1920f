import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { exitCodes } from '../../src/cli/report/exit-code.ts';
import { root } from '../cli/rig.ts';
import type { Held } from './held.ts';
import { numbersOf, type PageText } from './page-text.ts';

/** A measurement has its day or month, and the machine or programs that the figure depends on. */
const hasDay = /\b(?:January|February|March|April|May|June|July|August|September|October|November|December) \d{4}\b|\b\d{4}-\d\d-\d\d\b/;
const hasMachine = /\bcores?\b|\bNode\.js \d|\bFFmpeg \d|\blibopus \d|\bsox \d|\bChromium\b|\bDebian\b|\bext4\b|\blongplay \d/;

/** Text after a number that is not an exit code. */
const hasUnit = /^(?: (?:%|s|ms|min|[kMG]i?B|k?Hz|bits|bytes|calls|characters)\b|\^| %)/;

/** Returns everything of a page that disagrees with `held`: one sentence each, with page, line and the next step. `kept` is the file that holds the page's numbers. */
export function problemsOf(page: PageText, held: readonly Held[], kept: string): string[] {
  const { numbers, exitCodes: exits } = numbersOf(page);
  const known = new Uint8Array(page.text.length);
  const codes = new Set<number>(Object.values(exitCodes));
  const problems = held.flatMap((one) => {
    if (one.kind === 'measured') return measurementProblems(page, one, known, kept);
    if (one.kind !== 'exits') return saidProblems(page, one, known, kept);
    for (const { start, end, written } of numbers) if (codes.has(Number(written)) && !hasUnit.test(page.text.slice(end))) known.fill(1, start, end);
    return [];
  });
  for (const { start, end, written } of numbers) {
    if (known.subarray(start, end).every((mark) => mark === 1)) continue;
    const around = page.text.slice(Math.max(0, start - 40), end + 40).replace(/\n/g, ' ');
    problems.push(
      `${page.page}:${page.lineAt(start)}: nobody knows where '${written}' comes from ("…${around}…"): say it in ${kept}, as code\`…\` with the value of the code, as fact(source, …) or as measured(…)`,
    );
  }
  for (const { start, written } of exits)
    if (!codes.has(Number(written)))
      problems.push(`${page.page}:${page.lineAt(start)}: no command ends with ${written}: see src/cli/report/exit-code.ts`);
  return problems;
}

function saidProblems(page: PageText, one: Extract<Held, { says: string }>, known: Uint8Array, kept: string): string[] {
  const { kind, says } = one;
  if (one.kind === 'code' && one.typed !== null)
    return [`${kept} has '${one.typed}' typed into "${says}": take it from the code, or say fact(source, …)`];
  const places = placesOf(page.text, says);
  for (const at of places) known.fill(1, at, at + says.length);
  if (places.length > 0) return [];
  const near = nearest(page, says);
  if (kind === 'fact') return [`${page.page} does not say "${says}" any more: take it out of ${kept}, or correct it there`];
  if (near === null) return [`${page.page} does not say "${says}", which ${kept} takes from the code: correct the words of one of them`];
  known.fill(1, near.at, near.at + near.text.length);
  return [`${page.page}:${page.lineAt(near.at)} says "${near.text}"; by the code it is "${says}": correct the page, or the code`];
}

function placesOf(text: string, says: string): number[] {
  const places: number[] = [];
  // A number must match as a whole: "20 s" is not in "120 s".
  const pattern = new RegExp(`(?<![\\d.,]\\d*(?=\\d))(?<!\\d)${escaped(says)}(?!\\d)`, 'g');
  for (const found of text.matchAll(pattern)) places.push(found.index);
  return places;
}

/** The place with the same text and other numbers. */
function nearest(page: PageText, says: string): { readonly at: number; readonly text: string } | null {
  const { numbers } = numbersOf({ ...page, text: says });
  let pattern = '';
  let done = 0;
  for (const { start, end } of numbers) {
    pattern += `${escaped(says.slice(done, start))}[\\w.,]*\\w`;
    done = end;
  }
  const found = new RegExp(pattern + escaped(says.slice(done))).exec(page.text);
  return found === null ? null : { at: found.index, text: found[0] };
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function measurementProblems(page: PageText, { begins, by, saidIn }: Extract<Held, { kind: 'measured' }>, known: Uint8Array, kept: string): string[] {
  const at = page.text.indexOf(`\n${begins}`) + 1;
  if (at === 0) return [`${page.page} has nothing that begins with "${begins}" any more: take it out of ${kept}, or correct it there`];
  const end = endOf(page.text, at);
  known.fill(1, at, end);
  const problems: string[] = [];
  if (by !== null && !existsSync(join(root, by)))
    problems.push(`${by}, which is to measure "${begins}" of ${page.page} again, is not there: correct ${kept}`);
  const section = saidIn === null ? page.text.lastIndexOf('\n## ', at) + 1 : page.text.indexOf(`\n${saidIn}`) + 1;
  const said = page.text.slice(section, section === 0 ? undefined : endOf(page.text, section));
  for (const [pattern, what] of [
    [hasDay, 'the month or day'],
    [hasMachine, 'the machine, or the version of the programs,'],
  ] as const)
    if (!pattern.test(said))
      problems.push(`${page.page}:${page.lineAt(at)}: figures were measured ("${begins}"), and the section does not say ${what} of it: say it there`);
  return problems;
}

/** Range of a text: the section of a heading, down to the next heading of its level or a higher one; otherwise its paragraph, list item or table. */
function endOf(text: string, at: number): number {
  const level = /^#+/.exec(text.slice(at, at + 6))?.[0].length ?? 0;
  const found = (level === 0 ? /\n(?:\n|#|- )/g : new RegExp(`\\n#{1,${level}} `, 'g')).exec(text.slice(at + 1));
  return found === null ? text.length : at + 1 + found.index;
}
