import ts from 'typescript';

/**
 * Returns the types that a module declares for others, as the text of its declaration file; null if that needs the types of other modules, because an export has no type of its
 * own. Two states of a module with the same declarations have the same types for all importers.
 */
export function declaredTypes(file: string, text: string): string | null {
  const { outputText, diagnostics = [] } = ts.transpileDeclaration(text, { fileName: file, reportDiagnostics: true, compilerOptions });
  return diagnostics.length === 0 ? outputText : null;
}

const compilerOptions = { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.NodeNext, removeComments: true } as const;

/** A changed module: its present text, and the earlier one; null if it is new. */
export interface ChangedModule {
  readonly file: string;
  readonly before: string | null;
  readonly now: string;
}

/** Returns true if the changes cannot change the types of other modules. A new module is imported only by changed ones. */
export function areOthersUntouched(changed: readonly ChangedModule[]): boolean {
  return changed.every(({ file, before, now }) => {
    if (before === null) return true;
    const types = declaredTypes(file, now);
    return types !== null && types === declaredTypes(file, before);
  });
}
