import { limits } from '../../core/base/limits.ts';
import { noRows, type RowReader, type RowReaderOf } from './row-reader.ts';
import { createRowWords, type Role } from './row-words.ts';

/** Members of an object that is one value of a row: `{"name": "First name", "value": "Zoë"}`. */
const pairMember = /^(?:value|val|v|content|text|data)$/i;

/** Largest length of a string that goes on after the end of a piece of the text. */
const mostString = 64 * 1024;
/** Most blanks between a name and its colon. */
const mostBlanks = 32;
const mark = /["{}[\]]/g;
const stringMark = /["\\\n\r]/g;

interface Container {
  readonly isObject: boolean;
  /** Name of the member that has it; '' in an array. */
  readonly name: string;
  /** Name of the member whose value comes next; null: none was read. */
  member: string | null;
  members: number;
  hasValueMember: boolean;
  hasContainers: boolean;
}

/**
 * Reads JSON by its brackets and strings alone, so that damage, or a beginning in the middle of a table, ends only one row. A row is an object, or an
 * array of values: with the objects in the members of an object, but without those in an array.
 */
export const jsonRows: RowReaderOf = (person, { found }): RowReader => {
  const words = createRowWords(person, found);
  if (words === null) return noRows;
  const open: Container[] = [];
  let rest = '';
  const start = (isObject: boolean): void => {
    // No row is nested so deeply: brackets before it were not closed.
    if (open.length >= limits.depth) {
      words.end();
      open.length = 0;
    }
    const around = open.at(-1);
    if (around !== undefined) around.hasContainers = true;
    open.push({ isObject, name: around?.member ?? '', member: null, members: 0, hasValueMember: false, hasContainers: false });
    words.open();
  };
  const end = (): void => {
    const closed = open.pop();
    words.close(closed === undefined ? 'row' : roleOf(closed, open.at(-1)), closed?.name ?? '');
  };
  const string = (token: string, isName: boolean, line: number): void => {
    const text = isName || words.isPossible ? stringIn(token) : '';
    const around = open.at(-1);
    if (isName && around?.isObject === true) {
      around.member = text;
      around.members++;
      around.hasValueMember ||= pairMember.test(text);
    }
    words.cell(text, line);
  };
  return {
    begin: (text) => words.begin(text, rest !== ''),
    take: (text, line, isCut) => {
      const whole = rest + text;
      rest = '';
      mark.lastIndex = 0;
      for (let found = mark.exec(whole); found !== null; found = mark.exec(whole)) {
        const [sign] = found;
        if (sign === '{' || sign === '[') start(sign === '{');
        else if (sign === '}' || sign === ']') end();
        else {
          const stop = endOfString(whole, found.index);
          mark.lastIndex = stop ?? whole.length;
          const token = whole.slice(found.index, mark.lastIndex);
          if (stop === null && isCut && token.length < mostString) rest = token;
          else string(token, isBeforeColon(whole, mark.lastIndex), line);
        }
      }
    },
    end: () => words.end(),
  };
};

function roleOf({ isObject, members, hasValueMember, hasContainers }: Container, around: Container | undefined): Role {
  if (around === undefined) return 'row';
  if (around.isObject) return isObject || hasContainers ? 'part' : 'cell';
  return isObject && members <= 2 && hasValueMember && !hasContainers ? 'cell' : 'row';
}

function isBeforeColon(text: string, from: number): boolean {
  for (let at = from; at < from + mostBlanks; at++) {
    const sign = text[at];
    if (sign === ':') return true;
    if (sign === undefined || sign.trim() !== '') return false;
  }
  return false;
}

/** Returns where a string ends: a line end ends it, because it reveals that the string was not closed. Null: it does not end in this text. */
function endOfString(text: string, from: number): number | null {
  stringMark.lastIndex = from + 1;
  for (let found = stringMark.exec(text); found !== null; found = stringMark.exec(text)) {
    if (found[0] === '"') return found.index + 1;
    if (found[0] !== '\\') return found.index;
    stringMark.lastIndex = found.index + 2;
  }
  return null;
}

function stringIn(token: string): string {
  if (!token.includes('\\')) return token.slice(1, token.endsWith('"') && token.length > 1 ? -1 : undefined);
  try {
    return String(JSON.parse(token));
  } catch {
    return token; // not JSON: its escapes are decoded as in any text
  }
}
