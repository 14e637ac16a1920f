import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Largest number of lines of a function, from its first word to its closing brace, without its docstring. */
const mostLines = 80;

/** Largest number of parameters of a function. A type without code may describe a foreign function with more. */
const mostParameters = 5;

/** Text in the docstring of a longer function, followed by the reason: "One function: …". */
const reason = /\bOne function: \w/;

/** Files with functions that are still to be divided. Files are only ever removed. */
const notYet: readonly string[] = [
  'src/report/calls/tally.ts',
  'src/report/statement/log-account.ts',
  'src/serve/answer/file-answer.ts',
  'src/serve/answer/server-context.ts',
  'src/serve/archive/access-review.ts',
  'src/serve/archive/catalog-finder.ts',
  'src/serve/case/answers.ts',
  'src/serve/http/app.ts',
  'src/serve/serve-archive.ts',
];

interface Measured {
  readonly file: string;
  readonly name: string;
  readonly lines: number;
  readonly parameters: number;
  readonly docstring: string;
}

/** Measures every function and method of a source text, in the order of the text. */
function functionsOf(file: string, text: string): Measured[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const line = (position: number): number => source.getLineAndCharacterOfPosition(position).line;
  const found: Measured[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && 'body' in node && node.body !== undefined) {
      const lines = line(node.end) - line(node.getStart()) + 1;
      const docstring = ts
        .getJSDocCommentsAndTags(node)
        .map((part) => part.getFullText())
        .join('\n')
        .replace(/\s*\n\s*\*\s*/g, ' ');
      found.push({ file, name: nameOf(node), lines, parameters: node.parameters.length, docstring });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** The name of a function, or of the constant or member that holds it. */
function nameOf(node: ts.SignatureDeclaration): string {
  const named = node.name ?? (ts.isVariableDeclaration(node.parent) || ts.isPropertyAssignment(node.parent) ? node.parent.name : undefined);
  return named?.getText() ?? 'a function without a name';
}

const isLong = ({ lines, docstring }: Measured): boolean => lines > mostLines && !reason.test(docstring);
const takesMany = ({ parameters }: Measured): boolean => parameters > mostParameters;

const functions = ['bin', 'src', 'importers', 'formats']
  .flatMap((folder) => readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)))
  .filter((file) => file.endsWith('.ts'))
  .sort()
  .flatMap((file) => functionsOf(file, readFileSync(join(root, file), 'utf8')));

describe('a function', () => {
  test(`is at most ${mostLines} lines long, or its docstring gives the reason`, () => {
    const long = functions.filter((one) => isLong(one) && !notYet.includes(one.file));
    expect(long.map(({ file, name, lines }) => `${file} ${name}: ${lines} lines`)).toEqual([]);
  });

  test(`has at most ${mostParameters} parameters`, () => {
    const many = functions.filter((one) => takesMany(one) && !notYet.includes(one.file));
    expect(many.map(({ file, name, parameters }) => `${file} ${name}: ${parameters} parameters`)).toEqual([]);
  });

  test('has no such reason if it is not long', () => {
    const short = functions.filter(({ lines, docstring }) => lines <= mostLines && reason.test(docstring));
    expect(short.map(({ file, name }) => `${file} ${name}`)).toEqual([]);
  });

  test('is measured together with its docstring, wherever it is', () => {
    const body = `{\n${'  step();\n'.repeat(mostLines)}}`;
    const why = '/** Reads it. One function: a table of steps. */';
    expect(functionsOf('a.ts', `function long() ${body}`).map(isLong)).toEqual([true]);
    expect(functionsOf('a.ts', `${why}\nfunction long() ${body}`).map(isLong)).toEqual([false]);
    expect(functionsOf('a.ts', `${why}\nexport const long = () => ${body};`).map(isLong)).toEqual([false]);
    expect(functionsOf('a.ts', `/**\n * Reads it. One\n * function: a table of steps.\n */\nfunction long() ${body}`).map(isLong)).toEqual([false]);
    expect(functionsOf('a.ts', `function outer() {\n${why}\nconst inner = () => ${body};\n}`).map(isLong)).toEqual([true, false]);
    expect(functionsOf('a.ts', 'const f = (a, b, c, d, e, f) => a;').map(takesMany)).toEqual([true]);
    expect(functionsOf('a.ts', 'class C { constructor(a, b, c, d, e, f) {} }').map(takesMany)).toEqual([true]);
    expect(functionsOf('a.ts', 'type Foreign = (a: 1, b: 1, c: 1, d: 1, e: 1, f: 1) => void;')).toEqual([]);
  });

  test('is exempt only if it is in the list, and the list names nothing else', () => {
    const files = new Set(functions.filter((one) => isLong(one) || takesMany(one)).map(({ file }) => file));
    expect(notYet.filter((file) => !files.has(file))).toEqual([]);
    expect(functions.length).toBeGreaterThan(1000);
  });
});
