import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import ts from 'typescript';
import { areOthersUntouched } from './declared-types.ts';

/** Exit code that requests `bin/check` to check the types of whole projects. */
const whole = 3;

/** A project of the type checker: its configuration, the changed modules that it may have, and further modules to read. */
interface Project {
  readonly configuration: string;
  readonly has: (file: string) => boolean;
  readonly roots: readonly string[];
}

const isOfPage = (file: string): boolean => file.startsWith('src/page/');
const isOfBrowser = (file: string): boolean => file.startsWith('test/browser/');
const projects: readonly Project[] = [
  { configuration: 'tsconfig.check.json', has: (file) => !isOfPage(file) && !isOfBrowser(file), roots: [] },
  // The page uses modules of src/core, for which browsers have other types than Node.js.
  { configuration: 'tsconfig.page.json', has: (file) => isOfPage(file) || file.startsWith('src/core/'), roots: ['src/page/main.ts'] },
  { configuration: 'tsconfig.browser.json', has: isOfBrowser, roots: [] },
];

/**
 * Checks the types of changed modules only, which takes less than half of the time of a project. This suffices if their exported declarations are those of `commit`. Prints errors
 * as the compiler does. @returns the exit code: 1 with errors, `whole` if modules that have not changed may have errors now
 */
function main([commit = 'HEAD', ...changed]: readonly string[]): number {
  if (changed.some((file) => /^(?:package.*|tsconfig.*)\.json$|\.d\.ts$/.test(file)) || hasDeleted(commit)) return whole;
  const modules = changed.filter((file) => file.endsWith('.ts'));
  if (!areOthersUntouched(modules.map((file) => ({ file, before: textIn(commit, file), now: readFileSync(file, 'utf8') })))) return whole;
  const found = projects.flatMap((project) => errorsIn(project, modules.filter(project.has)));
  process.stdout.write(
    ts.formatDiagnostics(found, { getCurrentDirectory: () => process.cwd(), getCanonicalFileName: (name) => name, getNewLine: () => '\n' }),
  );
  return found.length > 0 ? 1 : 0;
}

function errorsIn({ configuration, roots }: Project, modules: readonly string[]): readonly ts.Diagnostic[] {
  if (modules.length === 0) return [];
  const host = { ...ts.sys, onUnRecoverableConfigFileDiagnostic: () => undefined };
  const parsed = ts.getParsedCommandLineOfConfigFile(configuration, { incremental: false }, host);
  if (parsed === undefined) throw new Error(`${configuration} cannot be read`);
  const { tsBuildInfoFile: _, ...options } = parsed.options;
  // A module outside of the page's folder belongs to the page if the page imports it.
  const ambient = parsed.fileNames.filter((file) => file.endsWith('.d.ts'));
  const program = ts.createProgram([...ambient, ...(roots.length === 0 ? modules : [...roots, ...modules.filter(isOfPage)])], options);
  const wanted = new Set(modules);
  const sources = program.getSourceFiles().filter(({ fileName }) => wanted.has(relative('.', fileName)));
  return [
    ...parsed.errors,
    ...program.getOptionsDiagnostics(),
    ...sources.flatMap((source) => [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)]),
  ];
}

/** Returns true if a module was deleted or renamed, because its importers may be unchanged. */
function hasDeleted(commit: string): boolean {
  return git('diff', '--name-only', '--no-renames', '--diff-filter=D', commit)
    .split('\n')
    .some((file) => file.endsWith('.ts'));
}

/** Returns the text of a file in a commit; null if the commit does not have it. */
function textIn(commit: string, file: string): string | null {
  return git('ls-tree', '--name-only', commit, file) === '' ? null : git('show', `${commit}:${file}`);
}

function git(...words: readonly string[]): string {
  return execFileSync('git', words, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
}

process.exitCode = main(process.argv.slice(2));
