import { scanValue, skipSpace } from './json/scan.ts';
import { UnsoundMessages } from './unsound-messages.ts';
import { objectsOf } from './vcon-document.ts';

/** A value or another part of a JSON text, as positions in it. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Lists of a vCon whose members say or describe something of a conversation. */
const lists = ['parties', 'dialog', 'analysis', 'attachments'] as const;

type ListName = (typeof lists)[number];

/** Members of a dialog or an attachment that refer to parties by their index. */
const partyMembers: ReadonlySet<string> = new Set(['parties', 'party', 'originator', 'transferee', 'transferor']);

/** Dialogs that are removed from a vCon. */
export interface RemovedDialogs {
  /** The vCon without them. */
  readonly text: string;
  /** Indices of the removed dialogs. */
  readonly dialogs: ReadonlySet<number>;
}

/**
 * Removes dialogs from a vCon, with the analyses and attachments that refer to them and the parties that take part in no other dialog. `{}` takes the place of
 * each, so that indices remain valid; everything else keeps its bytes.
 * @param text JSON of an unsigned vCon, one character per byte
 * @param isChosen decides about a dialog by its index and its JSON; also called for analyses and attachments, with the index null
 * @throws UnsoundMessages if the text has two lists of one name, or values whose ends are not known
 */
export function vconWithout(text: string, isChosen: (index: number | null, json: string) => boolean): RemovedDialogs {
  const { items } = partsOf(text);
  const jsonOf = ({ start, end }: Span): string => text.slice(start, end);
  const parsedOf = (span: Span): unknown => JSON.parse(jsonOf(span));
  const dialogs = new Set(items('dialog').flatMap((span, index) => (isChosen(index, jsonOf(span)) ? [index] : [])));
  const gone = items('dialog').filter((_span, index) => dialogs.has(index));
  const kept = items('dialog').filter((_span, index) => !dialogs.has(index));
  for (const name of ['analysis', 'attachments'] as const)
    for (const span of items(name)) {
      const isAbout = dialogsOf(parsedOf(span)).some((index) => dialogs.has(index));
      (isAbout || isChosen(null, jsonOf(span)) ? gone : kept).push(span);
    }
  const stay = new Set(kept.flatMap((span) => partiesIn(parsedOf(span))));
  const leave = new Set(gone.flatMap((span) => partiesIn(parsedOf(span))).filter((index) => !stay.has(index)));
  gone.push(...items('parties').filter((_span, index) => leave.has(index)));
  const left = withInstead(text, new Map(gone.map((span) => [span, '{}'])));
  return { text: left.map((part) => (typeof part === 'string' ? part : jsonOf(part))).join(''), dialogs };
}

/**
 * Reduces a vCon to some of its dialogs: keeps them, the analyses and attachments that refer only to them, and the parties that take part in these. `{}` takes
 * the place of each other one, so that indices remain valid, and `null` that of each member which says something of the whole conversation; what is kept keeps
 * its bytes. Long bodies may be missing in the text.
 * @param text JSON of an unsigned vCon, one character per byte
 * @returns in order, the parts of the text that stay, and texts between them
 * @throws UnsoundMessages as `vconWithout`
 */
export function vconOnly(text: string, dialogs: ReadonlySet<number>): readonly (Span | string)[] {
  const { items, others } = partsOf(text);
  const parsedOf = ({ start, end }: Span): unknown => JSON.parse(text.slice(start, end));
  const isKept = (span: Span): boolean => {
    const about = dialogsOf(parsedOf(span));
    return about.length > 0 && about.every((index) => dialogs.has(index));
  };
  const own = items('dialog').filter((_span, index) => dialogs.has(index));
  const about = [...items('analysis'), ...items('attachments')];
  const stay = new Set([...own, ...about.filter(isKept)].flatMap((span) => partiesIn(parsedOf(span))));
  const gone = [
    ...items('dialog').filter((_span, index) => !dialogs.has(index)),
    ...about.filter((span) => !isKept(span)),
    ...items('parties').filter((_span, index) => !stay.has(index)),
  ];
  const whole = others.flatMap(({ name, span }): [Span, string][] => (technical.has(name) ? [] : [[span, 'null']]));
  return withInstead(text, new Map([...whole, ...gone.map((span): [Span, string] => [span, '{}'])]));
}

/** Members of a vCon that say nothing of the conversation. */
const technical: ReadonlySet<string> = new Set([
  ...['vcon', 'uuid', 'extensions', 'critical', 'must_support', 'created_at', 'updated_at'],
  ...['redacted', 'amended', 'appended', 'group'],
]);

/** The parts of a vCon. */
interface VconParts {
  /** Returns the items of a list, in order; none if the vCon does not have it. */
  readonly items: (name: ListName) => readonly Span[];
  /** The members that are not such lists. */
  readonly others: readonly { readonly name: string; readonly span: Span }[];
}

function partsOf(text: string): VconParts {
  const spans = new Map(lists.map((name): [ListName, readonly Span[]] => [name, []]));
  const others: { readonly name: string; readonly span: Span }[] = [];
  for (const { name, span } of membersOf(text, skipSpace(text, 0, '\u00ef\u00bb\u00bf'))) {
    const list = lists.find((one) => one === name);
    if (list === undefined || text[span.start] !== '[') {
      others.push({ name, span });
      continue;
    }
    if ((spans.get(list) ?? []).length > 0) throw new UnsoundMessages(`it has two lists '${list}'`);
    spans.set(list, itemsOf(text, span.start));
  }
  return { items: (name) => spans.get(name) ?? [], others };
}

/** Returns the parts of a text that stay, and other values in place of some. */
function withInstead(text: string, instead: ReadonlyMap<Span, string>): readonly (Span | string)[] {
  const parts: (Span | string)[] = [];
  let at = 0;
  for (const [{ start, end }, value] of [...instead].sort(([a], [b]) => a.start - b.start)) {
    parts.push({ start: at, end: start }, value);
    at = end;
  }
  return [...parts, { start: at, end: text.length }];
}

/** Returns the indices of the dialogs to which an analysis or an attachment refers. */
export function dialogsOf(value: unknown): number[] {
  const [found] = objectsOf([value]);
  return [found?.dialog].flat(2).filter((index): index is number => typeof index === 'number');
}

/** Returns the indices of the parties to which a value refers. */
function partiesIn(value: unknown): number[] {
  if (Array.isArray(value)) return value.flatMap(partiesIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) =>
    partyMembers.has(name) && !isListOfObjects(member)
      ? [member].flat(2).filter((index): index is number => typeof index === 'number')
      : partiesIn(member),
  );
}

function isListOfObjects(value: unknown): boolean {
  return Array.isArray(value) && value.some((one) => typeof one === 'object' && one !== null && !Array.isArray(one));
}

/** Yields the members of the object that begins at a position. */
function* membersOf(text: string, from: number): Generator<{ readonly name: string; readonly span: Span }> {
  if (text[from] !== '{') throw new UnsoundMessages('it does not begin with an object');
  let at = skipSpace(text, from + 1);
  while (text[at] !== '}') {
    const key = valueAt(text, at);
    const colon = skipSpace(text, key.end);
    if (text[at] !== '"' || text[colon] !== ':') throw new UnsoundMessages('it is not JSON');
    const span = valueAt(text, skipSpace(text, colon + 1));
    yield { name: String(JSON.parse(text.slice(key.start, key.end))), span };
    at = skipSpace(text, span.end, ',');
  }
}

/** Returns the items of the list that begins at a position. */
function itemsOf(text: string, from: number): readonly Span[] {
  const items: Span[] = [];
  let at = skipSpace(text, from + 1);
  while (text[at] !== ']') {
    const span = valueAt(text, at);
    items.push(span);
    at = skipSpace(text, span.end, ',');
  }
  return items;
}

function valueAt(text: string, from: number): Span {
  const found = scanValue(text, from, true);
  if (found.kind !== 'value') throw new UnsoundMessages('the end of a value in it is not known');
  return { start: from, end: found.end };
}
